import type { ExtensionRow, RowResult } from '../domain/extension-row.ts';
import { LinekeeperError } from '../errors.ts';
import type { Tx } from '../store/database.ts';
import { type ExistingExtension, extensionsById } from '../store/extension-writes.ts';
import type { Seal } from '../store/seal.ts';
import { createAccounts } from './accounts.ts';
import type { ExtensionBatch } from './extension-batch.ts';
import type { ExtensionService } from './extension-service.ts';

/** Single requests, as batches of one row: the same rules, the same writes, the same codes as an import. */
export function createExtensions(batch: ExtensionBatch, seal: Seal): ExtensionService {
  return {
    ...createAccounts(seal),
    async create(tx, { companyId, actor, allowWeakPins }, number, input, extras) {
      const context = { companyId, actor, allowWeakPins, strategy: 'fail', source: 'api' } as const;
      const result = await one(batch.apply(tx, context, [{ line: 1, number, input, extras }]));
      if (result.result !== 'created') throw new LinekeeperError('INTERNAL', `a create ended as ${result.result}`);
      const { extensionId, secret, pin } = result;
      return { id: extensionId ?? '', number: result.number ?? '', secret, pin };
    },
    async update(tx, { actor, allowWeakPins, ifVersion }, id, input) {
      const present = await getPresent(tx, id, ifVersion);
      const context = {
        companyId: present.companyId,
        actor,
        allowWeakPins,
        strategy: 'update',
        mustExist: true,
        source: 'api',
      } as const;
      const row: ExtensionRow = { line: 1, number: present.number, input, extras: {} };
      const result = await one(batch.apply(tx, context, [row]));
      return { id, pin: result.result === 'updated' ? result.pin : undefined };
    },
    async remove(tx, { actor, ifVersion }, id) {
      await getPresent(tx, id, ifVersion);
      await batch.remove(tx, actor, [{ extensionId: id, ifVersion }], 'quarantined');
    },
  };
}

export async function getPresent(tx: Tx, id: string, ifVersion: number | undefined): Promise<ExistingExtension> {
  const [present] = await extensionsById(tx, [id]);
  if (present === undefined) throw new LinekeeperError('NOT_FOUND', 'no such extension');
  if (ifVersion !== undefined && ifVersion !== present.version) {
    throw new LinekeeperError('PRECONDITION_FAILED', 'the extension was changed meanwhile; read it again');
  }
  return present;
}

/** The result of a batch of one row; its failure as an error. */
async function one(results: Promise<RowResult[]>): Promise<Exclude<RowResult, { result: 'failed' }>> {
  const [result] = await results;
  if (result === undefined) throw new LinekeeperError('INTERNAL', 'a batch of one row gave no result');
  if (result.result === 'failed') {
    throw new LinekeeperError(result.code, result.errors[0]?.message ?? 'refused', { fields: result.errors });
  }
  return result;
}
