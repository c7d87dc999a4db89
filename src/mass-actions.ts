import { lineActions } from './lines/actions/line-actions.ts';
import type { ExtensionBatch } from './lines/extension-batch.ts';
import { disableActions } from './people/actions/disable.ts';
import { membershipActions } from './people/actions/memberships.ts';
import type { LifecycleService } from './people/lifecycle/service.ts';
import type { MassAction } from './store/mass-action.ts';
import type { Seal } from './store/seal.ts';

/** What the actions of people and lines are done with. */
export interface MassActionDeps {
  lifecycle: LifecycleService;
  batch: ExtensionBatch;
  seal: Seal;
}

/** Everything that can be done to many at once. */
export function massActions({ lifecycle, batch, seal }: MassActionDeps): MassAction[] {
  return [...disableActions(lifecycle), ...membershipActions, ...lineActions(batch, seal)];
}
