import { z } from 'zod';
import { codecsSchema } from '../../domain/sip-account.ts';
import { accountsOf, type KnownAccount, setCodecs } from '../../store/account-writes.ts';
import { type MassAction, type MassResult, massAction } from '../../store/mass-action.ts';
import { accountsChanged, byExtension } from './account-changes.ts';
import { presentOf } from './change-fields.ts';

const paramsSchema = z.strictObject({
  codecs: codecsSchema.nullable().meta({ description: 'Best first; null: the default of the kind of account.' }),
  accounts: z.enum(['first', 'all']).default('all').meta({ description: 'Of each extension.' }),
});
type Params = z.infer<typeof paramsSchema>;

/** Codecs of the accounts that were changed, before that. */
type Memory = [accountId: string, codecs: string[] | null][];

export const codecsAction: MassAction = massAction<Params>({
  name: 'set-codecs',
  on: 'extensions',
  title: 'Set the codecs of SIP accounts',
  needs: 'lines:write',
  params: paramsSchema,
  async apply(tx, context, objects, { codecs, accounts: which }) {
    const present = await presentOf(tx, context, objects);
    const ids = present.map(({ id }) => id);
    const accounts = byExtension(await accountsOf(tx, ids));
    const changing = present.map((extension) => {
      const own = accounts.get(extension.id) ?? [];
      return { extension, accounts: (which === 'all' ? own : own.slice(0, 1)).filter((one) => differs(one, codecs)) };
    });
    await setCodecs(
      tx,
      changing.flatMap((one) => one.accounts.map(({ id }) => [id, codecs] as const)),
    );
    const changed = changing.filter((one) => one.accounts.length > 0);
    const changesOf = (own: readonly KnownAccount[]) => ({
      codecs: Object.fromEntries(own.map((account) => [account.ordinal, [account.codecs, codecs]])),
    });
    await accountsChanged(
      tx,
      context,
      'sip_account.updated',
      changed.map(({ extension, accounts: own }) => ({ extension, details: changesOf(own) })),
    );
    return changing.map(({ extension: { id, version }, accounts: own }): MassResult => {
      if (own.length === 0) return { id, result: 'unchanged' };
      const before: Memory = own.map((account) => [account.id, account.codecs]);
      return { id, result: 'updated', before, version: version + 1, changes: changesOf(own) };
    });
  },
  async undo(tx, context, rows) {
    const present = new Map((await presentOf(tx, context, rows)).map((extension) => [extension.id, extension]));
    const good = rows.flatMap(({ id, before, version }) => {
      const extension = present.get(id);
      return extension?.version === version && extension !== undefined ? [{ extension, before: before as Memory }] : [];
    });
    await setCodecs(
      tx,
      good.flatMap(({ before }) => before),
    );
    await accountsChanged(
      tx,
      context,
      'sip_account.restored',
      good.map(({ extension }) => ({ extension, details: {} })),
    );
    const done = new Set(good.map(({ extension }) => extension.id));
    return rows.map(({ id }) => {
      if (done.has(id)) return { id, ok: true };
      return { id, ok: false, reason: present.has(id) ? 'it was changed since' : 'it no longer exists' };
    });
  },
});

function differs(account: KnownAccount, codecs: readonly string[] | null): boolean {
  return JSON.stringify(account.codecs) !== JSON.stringify(codecs);
}
