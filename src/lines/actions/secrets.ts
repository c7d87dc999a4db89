import { z } from 'zod';
import { accountKindSchema, generateSecret } from '../../domain/sip-account.ts';
import { accountsOf, setSecrets } from '../../store/account-writes.ts';
import { type MassAction, type MassResult, massAction } from '../../store/mass-action.ts';
import { createRandomPool } from '../../store/random-pool.ts';
import type { Seal } from '../../store/seal.ts';
import { accountsChanged, byExtension } from './account-changes.ts';
import { presentOf } from './change-fields.ts';

const paramsSchema = z.strictObject({
  kind: accountKindSchema.optional().meta({ description: 'Only accounts of this kind; absent: all.' }),
});
type Params = z.infer<typeof paramsSchema>;

/**
 * New secrets. The old ones are gone for good: this cannot be taken back. `before` names the accounts, so that whoever
 * fetches the credentials gets the new secrets.
 */
export function secretsAction(seal: Seal): MassAction {
  const random = createRandomPool();
  return massAction<Params>({
    name: 'rotate-secrets',
    on: 'extensions',
    title: 'Give SIP accounts new secrets: their phones are thrown off; cannot be undone',
    needs: 'lines:write',
    params: paramsSchema,
    makesCredentials: true,
    async apply(tx, context, objects, { kind }) {
      const present = await presentOf(tx, context, objects);
      const ids = present.map(({ id }) => id);
      const accounts = (await accountsOf(tx, ids)).filter((account) => kind === undefined || account.kind === kind);
      await setSecrets(
        tx,
        accounts.map(({ id }) => [id, seal.seal(generateSecret(random), `SipAccount:${id}`)] as const),
      );
      const rotated = byExtension(accounts);
      const ordinalsOf = (id: string) => (rotated.get(id) ?? []).map(({ ordinal }) => ordinal);
      await accountsChanged(
        tx,
        context,
        'sip_account.secret_rotated',
        present
          .filter(({ id }) => rotated.has(id))
          .map((extension) => ({ extension, details: { ordinals: ordinalsOf(extension.id) } })),
      );
      return present.map(({ id, version }): MassResult => {
        const own = rotated.get(id);
        if (own === undefined) return { id, result: 'unchanged' };
        return {
          id,
          result: 'updated',
          before: { rotated: own.map((account) => account.id) },
          version: version + 1,
          changes: { secrets: Object.fromEntries(own.map(({ ordinal }) => [ordinal, ['****', '****']])) },
        };
      });
    },
  });
}
