import type { Reader, Tx } from '../database.ts';
import { execute, queryJson } from '../sql.ts';

/** An account on a device that has ever fetched its files: whoever changes the secret at once cuts that phone off. */
export async function isOnPhoneInUse(tx: Tx, accountId: string): Promise<boolean> {
  const [found] = await queryJson<[number]>(
    tx,
    `SELECT json_array(EXISTS (SELECT 1 FROM "DeviceLine" l JOIN "DeviceSeen" s ON s."deviceId" = l."deviceId"
       WHERE l."accountId" = ?1 AND s."fetchedRevision" IS NOT NULL)) AS json`,
    accountId,
  );
  return found === 1;
}

/** From now on both are good on the PBX, and the files of its phone have this one. */
export async function setNextSecret(tx: Tx, accountId: string, secretSealed: string): Promise<void> {
  await execute(
    tx,
    `UPDATE "SipAccount" SET "nextSecretSealed" = ?2, "nextSecretAt" = ?3 WHERE id = ?1`,
    accountId,
    secretSealed,
    Date.now(),
  );
}

/** The old ones stay. */
export async function dropNextSecrets(tx: Tx, accountIds: readonly string[]): Promise<void> {
  await execute(
    tx,
    `UPDATE "SipAccount" SET "nextSecretSealed" = NULL, "nextSecretAt" = NULL
     WHERE id IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(accountIds),
  );
}

/** An account whose rotation comes to an end. */
export interface RotatingAccount {
  accountId: string;
  extensionId: string;
  number: string;
  ordinal: number;
  companyId: string;
  pbxId: string;
}

const ACCOUNT = `json_object('accountId', a.id, 'extensionId', e.id, 'number', e."number", 'ordinal', a."ordinal",
  'companyId', e."companyId", 'pbxId', c."pbxId")`;
/** `a`, `l` and `s` are in scope. Without a mark: what is wanted was looked at since the rotation began. */
export const HAS_FETCHED = `a."nextSecretAt" IS NOT NULL AND s."fetchedAt" >= a."nextSecretAt"
  AND s."wantedAt" >= a."nextSecretAt" AND s."fetchedRevision" = s."wantedRevision"
  AND NOT EXISTS (SELECT 1 FROM "DeviceDirty" y WHERE y."deviceId" = l."deviceId")`;
const FROM = `JOIN "Extension" e ON e.id = a."extensionId" JOIN "Company" c ON c.id = e."companyId"`;

/** Those of these accounts of which the phone has fetched the new secret: what it fetched last is what is wanted now. */
export function fetchedAmong(tx: Tx, accountIds: readonly string[]): Promise<RotatingAccount[]> {
  return queryJson<RotatingAccount[]>(
    tx,
    `SELECT json_group_array(${ACCOUNT}) AS json FROM json_each(?1) j CROSS JOIN "SipAccount" a ON a.id = j.value ${FROM}
     JOIN "DeviceLine" l ON l."accountId" = a.id JOIN "DeviceSeen" s ON s."deviceId" = l."deviceId"
     WHERE ${HAS_FETCHED}`,
    JSON.stringify(accountIds),
  );
}

/** Those that are on no device any more: nobody will ever fetch the new secret. */
export function abandonedRotations(reader: Reader): Promise<RotatingAccount[]> {
  return queryJson<RotatingAccount[]>(
    reader,
    `SELECT json_group_array(${ACCOUNT}) AS json FROM "SipAccount" a ${FROM}
     WHERE a."nextSecretAt" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "DeviceLine" l WHERE l."accountId" = a.id)`,
  );
}

/** The new ones are the only ones from now on. */
export async function takeNextSecrets(tx: Tx, accountIds: readonly string[]): Promise<void> {
  await execute(
    tx,
    `UPDATE "SipAccount" SET "secretSealed" = "nextSecretSealed", "nextSecretSealed" = NULL, "nextSecretAt" = NULL,
       "rotatedAt" = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND "nextSecretSealed" IS NOT NULL`,
    JSON.stringify(accountIds),
    Date.now(),
  );
}
