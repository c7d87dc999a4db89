import type { TableWriters } from './bulk/tables/tables.ts';
import type { ExtensionBatch } from './lines/extension-batch.ts';
import { createMailboxWriter } from './lines/tables/mailboxes.ts';
import { numberWriter } from './lines/tables/numbers.ts';
import type { LifecycleService } from './people/lifecycle/service.ts';
import { groupWriter } from './people/tables/groups.ts';
import { membershipWriter } from './people/tables/memberships.ts';
import { outOfReach } from './people/tables/reach.ts';
import { createPersonWriter } from './people/tables/users.ts';
import type { DeviceDeps } from './phones/devices/deps.ts';
import { createDeviceWriter } from './phones/tables/devices.ts';

/** What people, lines and phones write for imports. */
export function importWriters(batch: ExtensionBatch, lifecycle: LifecycleService, phones: DeviceDeps): TableWriters {
  return {
    extensions: {
      apply: batch.apply,
      outOfReach,
      removeCreated: (tx, actor, items) => batch.remove(tx, actor, items, 'spare'),
      restore: batch.restore,
      heldUsers: batch.heldUsers,
      removeUsers: batch.removeUsers,
    },
    people: createPersonWriter(lifecycle),
    groups: groupWriter,
    memberships: membershipWriter,
    numbers: numberWriter,
    mailboxes: createMailboxWriter(batch),
    devices: createDeviceWriter(phones),
  };
}
