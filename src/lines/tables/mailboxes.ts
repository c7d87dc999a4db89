import type { BatchContext, ExtensionRow, ExtensionSnapshot } from '../../domain/extension-row.ts';
import type { MailboxRowValues } from '../../domain/import-values.ts';
import { extensionsByNumber } from '../../store/extension-writes.ts';
import type { TableResult, TableWriter } from '../../store/table-writer.ts';
import type { ExtensionBatch } from '../extension-batch.ts';

interface Memory {
  snapshot: ExtensionSnapshot;
  generatedPin?: true;
}

/** Mailboxes of extensions that exist; one that has none gets one. */
export function createMailboxWriter(batch: ExtensionBatch): TableWriter<MailboxRowValues> {
  return {
    async apply(tx, { companyId, actor, strategy, allowWeakPins }, rows) {
      const numbers = rows.map(({ values }) => values.extension);
      const present = new Map((await extensionsByNumber(tx, companyId, numbers)).map((one) => [one.number, one]));
      const hasOne = (number: string) => present.get(number)?.mailbox != null;
      const wanted = rows.filter(({ values }) => strategy === 'update' || !hasOne(values.extension));
      const context: BatchContext = {
        ...{ companyId, actor, allowWeakPins, strategy: 'update', source: 'import', mustExist: true },
      };
      const written = await batch.apply(
        tx,
        context,
        wanted.map(({ line, values }): ExtensionRow => {
          return { line, number: values.extension, input: { mailbox: values.mailbox }, extras: {} };
        }),
      );
      const results = new Map(written.map((result) => [result.line, result]));
      return rows.map(({ line, values }): TableResult => {
        const result = results.get(line);
        const objectId = present.get(values.extension)?.id ?? '';
        const version = present.get(values.extension)?.version ?? 0;
        if (result === undefined) {
          if (strategy === 'skip') return { line, result: 'skipped', objectId, version };
          const message = `extension ${values.extension} has a mailbox`;
          return { line, result: 'failed', errors: [{ path: 'number', code: 'MAILBOX_EXISTS', message }] };
        }
        if (result.result === 'failed') return { line, result: 'failed', errors: result.errors };
        if (result.result !== 'updated') return { line, result: 'unchanged', objectId, version };
        const { before, pin } = result;
        const memory: Memory = { snapshot: before, ...(pin === undefined ? {} : { generatedPin: true }) };
        const done = before.mailbox === null ? 'created' : 'updated';
        return { line, result: done, objectId, version: result.version, before: memory };
      });
    },
    async undo(tx, { actor }, rows) {
      const items = rows.map(({ before, version }) => ({ snapshot: (before as Memory).snapshot, ifVersion: version }));
      const results = new Map((await batch.restore(tx, actor, items)).map((result) => [result.extensionId, result]));
      return rows.map(({ line, objectId }) => {
        const { ok = false, reason } = results.get(objectId) ?? {};
        return { line, ok, ...(reason === undefined ? {} : { reason }) };
      });
    },
  };
}
