import { z } from 'zod';
import { lastEvents } from '../../store/deletion.ts';
import { extensionRows } from '../../store/extension-rows.ts';
import { type MassAction, type MassResult, massAction } from '../../store/mass-action.ts';
import { numbersOfExtensions } from '../../store/number-writes.ts';
import type { ExtensionBatch } from '../extension-batch.ts';
import { bringBack, type DeletedExtension } from './bring-back.ts';
import { presentOf } from './change-fields.ts';

/** Deletes extensions; the job keeps what brings them back, with their secrets sealed as they were. */
export function deleteAction(batch: Pick<ExtensionBatch, 'remove'>): MassAction {
  return massAction<Record<string, never>>({
    name: 'delete-extensions',
    on: 'extensions',
    title: 'Delete extensions with their accounts and mailboxes; their numbers go into quarantine',
    needs: 'lines:write',
    params: z.strictObject({}),
    async apply(tx, context, objects) {
      const present = await presentOf(tx, context, objects);
      const ids = present.map(({ id }) => id);
      const rows = await extensionRows(tx, ids);
      const numbers = await numbersOfExtensions(tx, ids);
      const items = ids.map((extensionId) => ({ extensionId, ifVersion: undefined }));
      await batch.remove(tx, context.actor, items, 'quarantined');
      const events = await lastEvents(
        tx,
        numbers.map(({ id }) => id),
      );
      return rows.map(({ extension, ...more }): MassResult => {
        const { id } = extension;
        const own = numbers.filter(({ extensionId }) => extensionId === id);
        const before: DeletedExtension = {
          ...{ extension, ...more },
          numbers: own.map((number) => ({ id: number.id, e164: number.e164, lastEvent: events.get(number.id) ?? 0 })),
        };
        const changes = {
          deleted: [false, true],
          ...(own.length === 0 ? {} : { phoneNumbers: [own.map(({ e164 }) => e164), []] }),
        };
        return { id, result: 'updated', before, changes };
      });
    },
    undo: (tx, context, rows) => bringBack(tx, context, rows),
  });
}
