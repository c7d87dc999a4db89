import type { NumberState } from '../domain/phone-number.ts';
import type { Tx } from './database.ts';
import { execute, queryJson } from './sql.ts';

export interface KnownNumber {
  id: string;
  companyId: string;
  e164: string;
  state: NumberState;
  extensionId: string | null;
}

export async function numbersByE164(tx: Tx, e164s: readonly string[]): Promise<KnownNumber[]> {
  return known(tx, 'n."e164"', e164s);
}

export async function numbersOfExtensions(tx: Tx, extensionIds: readonly string[]): Promise<KnownNumber[]> {
  return known(tx, 'n."extensionId"', extensionIds);
}

async function known(tx: Tx, column: string, values: readonly string[]): Promise<KnownNumber[]> {
  if (values.length === 0) return [];
  return queryJson<KnownNumber[]>(
    tx,
    `SELECT json_group_array(json_object('id', n.id, 'companyId', n."companyId", 'e164', n."e164", 'state', n."state",
       'extensionId', n."extensionId")) AS json FROM json_each(?) j CROSS JOIN "PhoneNumber" n ON ${column} = j.value`,
    JSON.stringify(values),
  );
}

/** A new state of a number. `id` may be new: then the number is added to the company. */
export interface NumberMove {
  id: string;
  companyId: string;
  e164: string;
  from: NumberState | null;
  to: NumberState;
  extensionId: string | null;
  /** The extension's number, for the history. */
  extension: string | null;
  /** Milliseconds since 1970; only with `quarantined`. */
  quarantinedUntil: number | null;
}

/** Moves numbers and writes their history. */
export async function moveNumbers(tx: Tx, actor: string, moves: readonly NumberMove[]): Promise<void> {
  if (moves.length === 0) return;
  const now = Date.now();
  const rows = JSON.stringify(
    moves.map((move) => [
      move.id,
      move.companyId,
      move.e164,
      move.to,
      move.extensionId,
      move.quarantinedUntil,
      move.from,
      move.extension,
    ]),
  );
  await execute(
    tx,
    `INSERT INTO "PhoneNumber" ("id","companyId","e164","state","extensionId","quarantinedUntil","createdAt","updatedAt")
     SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, ?2, ?2 FROM json_each(?1) WHERE true
     ON CONFLICT ("id") DO UPDATE SET "state" = excluded."state", "extensionId" = excluded."extensionId",
       "quarantinedUntil" = excluded."quarantinedUntil", "version" = "version" + 1, "updatedAt" = excluded."updatedAt"`,
    rows,
    now,
  );
  await execute(
    tx,
    `INSERT INTO "PhoneNumberEvent" ("numberId","at","actor","fromState","toState","extension")
     SELECT value->>0, ?2, ?3, value->>6, value->>3, value->>7 FROM json_each(?1)`,
    rows,
    now,
    actor,
  );
}
