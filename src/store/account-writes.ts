import type { Tx } from './database.ts';
import { execute, queryJson } from './sql.ts';

/** A SIP account, as mass actions need it. */
export interface KnownAccount {
  id: string;
  extensionId: string;
  ordinal: number;
  kind: string;
  /** null: the default of the kind. */
  codecs: string[] | null;
}

/** The accounts of extensions, in the order of their ordinals. */
export function accountsOf(tx: Tx, extensionIds: readonly string[]): Promise<KnownAccount[]> {
  return queryJson<KnownAccount[]>(
    tx,
    `SELECT json_group_array(json_object('id', a.id, 'extensionId', a."extensionId", 'ordinal', a."ordinal",
       'kind', a."kind", 'codecs', json(a."codecs")) ORDER BY a."ordinal") AS json
     FROM json_each(?1) j CROSS JOIN "SipAccount" a ON a."extensionId" = j.value`,
    JSON.stringify(extensionIds),
  );
}

/** Codecs of accounts, by id; null: the default of the kind. */
export async function setCodecs(
  tx: Tx,
  accounts: readonly (readonly [id: string, codecs: readonly string[] | null])[],
): Promise<void> {
  await execute(
    tx,
    `UPDATE "SipAccount" SET "codecs" = j.value->>1 FROM json_each(?1) j WHERE "SipAccount".id = j.value->>0`,
    JSON.stringify(accounts.map(([id, codecs]) => [id, codecs === null ? null : JSON.stringify(codecs)])),
  );
}

/** New secrets of accounts, sealed for them. */
export async function setSecrets(
  tx: Tx,
  accounts: readonly (readonly [id: string, secretSealed: string])[],
): Promise<void> {
  await execute(
    tx,
    `UPDATE "SipAccount" SET "secretSealed" = j.value->>1, "rotatedAt" = ?2, "nextSecretSealed" = NULL, "nextSecretAt" = NULL
     FROM json_each(?1) j
     WHERE "SipAccount".id = j.value->>0`,
    JSON.stringify(accounts),
    Date.now(),
  );
}
