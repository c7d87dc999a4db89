import { lineActions } from './lines/actions/line-actions.ts';
import type { ExtensionBatch } from './lines/extension-batch.ts';
import { broadcastAction } from './people/actions/broadcast.ts';
import { deleteActions } from './people/actions/delete.ts';
import { disableActions } from './people/actions/disable.ts';
import { fieldActions } from './people/actions/fields.ts';
import { loginActions } from './people/actions/logins.ts';
import { membershipActions } from './people/actions/memberships.ts';
import { passwordActions } from './people/actions/passwords.ts';
import { roleActions } from './people/actions/roles.ts';
import type { People } from './people/create-people.ts';
import type { LifecycleService } from './people/lifecycle/service.ts';
import type { Database } from './store/database.ts';
import type { MassAction } from './store/mass-action.ts';

/** What the actions of people and lines are done with. */
export interface MassActionDeps {
  db: Pick<Database, 'seal'>;
  lifecycle: LifecycleService;
  people: Pick<People, 'settings'>;
  batch: ExtensionBatch;
}

/** Everything that can be done to many at once. */
export function massActions({ db: { seal }, lifecycle, people: { settings }, batch }: MassActionDeps): MassAction[] {
  return [
    ...disableActions(lifecycle),
    ...deleteActions(lifecycle),
    ...passwordActions({ seal, settings }),
    ...loginActions({ seal }),
    ...roleActions,
    ...fieldActions,
    ...membershipActions,
    broadcastAction,
    ...lineActions(batch, seal),
  ];
}
