import { disableActions } from './people/actions/disable.ts';
import { membershipActions } from './people/actions/memberships.ts';
import type { LifecycleService } from './people/lifecycle/service.ts';
import type { MassAction } from './store/mass-action.ts';

/** What the actions of people and lines are done with. */
export interface MassActionDeps {
  lifecycle: LifecycleService;
}

/** Everything that can be done to many at once. */
export function massActions({ lifecycle }: MassActionDeps): MassAction[] {
  return [...disableActions(lifecycle), ...membershipActions];
}
