import type { FollowState, NotifyKind } from '../../domain/phones/device.ts';
import type { Reader, Tx } from '../database.ts';
import { execute, queryJson } from '../sql.ts';
import { HAS_FETCHED } from './rotation.ts';

/** A phone that is being followed, with what it takes to tell it and to see it. Times in milliseconds since 1970. */
export interface FollowRow {
  deviceId: string;
  companyId: string;
  pbxId: string;
  vendor: string;
  deviceState: string;
  /** JSON array of field errors; null: its files can be made. */
  problems: string | null;
  wantedRevision: number;
  wantedAt: number;
  fetchedRevision: number | null;
  fetchedAt: number | null;
  state: FollowState;
  kind: NotifyKind;
  revision: number;
  attempts: number;
  at: number;
  /** Lines that may register. `next`: its secret is being rotated. */
  lines: { accountId: string; endpoint: string; next: boolean }[];
}

const LINES = `(SELECT json_group_array(json_object('accountId', a.id,
     'endpoint', c."endpointPrefix" || e."number" || iif(a."ordinal" > 1, '-' || a."ordinal", ''),
     'next', json(iif(a."nextSecretAt" IS NULL, 'false', 'true'))) ORDER BY l."ordinal")
   FROM "DeviceLine" l JOIN "SipAccount" a ON a.id = l."accountId" JOIN "Extension" e ON e.id = a."extensionId"
   WHERE l."deviceId" = d.id AND e."enabled" AND NOT e."suspended")`;

const ROW = `json_object('deviceId', d.id, 'companyId', d."companyId", 'pbxId', c."pbxId", 'vendor', d."vendor",
   'deviceState', d."state", 'problems', s."problems", 'wantedRevision', s."wantedRevision", 'wantedAt', coalesce(s."wantedAt", 0),
   'fetchedRevision', s."fetchedRevision", 'fetchedAt', s."fetchedAt", 'state', s."followState",
   'kind', coalesce(s."followKind", 'resync'), 'revision', coalesce(s."followRevision", 0),
   'attempts', s."followAttempts", 'at', coalesce(s."followAt", 0), 'lines', json(${LINES}))`;

const FROM = `JOIN "Device" d ON d.id = s."deviceId" JOIN "Company" c ON c.id = d."companyId"`;

/** Those whose time has come, the longest waiting first. */
export function dueFollows(reader: Reader, now: number, limit: number): Promise<FollowRow[]> {
  return queryJson<FollowRow[]>(
    reader,
    `SELECT json_group_array(json(row)) AS json FROM (SELECT ${ROW} AS row FROM "DeviceSeen" s ${FROM}
       WHERE s."followState" IN ('queued','postponed','sent','fetched') AND s."followAt" <= ?1
       ORDER BY s."followAt" LIMIT ?2)`,
    now,
    limit,
  );
}

/** When the next one is due, in milliseconds since 1970; null: none is followed. */
export async function nextFollowAt(reader: Reader): Promise<number | null> {
  const [at] = await queryJson<[number | null]>(
    reader,
    `SELECT json_array(min("followAt")) AS json FROM "DeviceSeen"
     WHERE "followState" IN ('queued','postponed','sent','fetched')`,
  );
  return at ?? null;
}

/** Those of these devices, whatever they wait for. */
export function followsOf(reader: Reader, deviceIds: readonly string[]): Promise<FollowRow[]> {
  return queryJson<FollowRow[]>(
    reader,
    `SELECT json_group_array(json(row)) AS json FROM (SELECT ${ROW} AS row FROM json_each(?1) j
       CROSS JOIN "DeviceSeen" s ON s."deviceId" = j.value ${FROM})`,
    JSON.stringify(deviceIds),
  );
}

/** Phones that fetched a secret that is being rotated, and are followed no more: they may register at any time. */
export function fetchedRotations(reader: Reader): Promise<FollowRow[]> {
  return queryJson<FollowRow[]>(
    reader,
    `SELECT json_group_array(json(row)) AS json FROM (SELECT ${ROW} AS row FROM
       (SELECT DISTINCT l."deviceId" FROM "SipAccount" a JOIN "DeviceLine" l ON l."accountId" = a.id
          JOIN "DeviceSeen" s ON s."deviceId" = l."deviceId" WHERE ${HAS_FETCHED}) r
       CROSS JOIN "DeviceSeen" s ON s."deviceId" = r."deviceId" ${FROM}
       WHERE s."followState" IS NOT 'fetched')`,
  );
}

/** What becomes of a row that was read, unless somebody has changed it since. */
export interface FollowStep {
  row: Pick<FollowRow, 'deviceId' | 'state' | 'at' | 'revision'>;
  state: FollowState;
  reason: string | null;
  attempts: number;
  /** When to look again; null: it is over. */
  at: number | null;
  /** Of an end that was seen: when its phone was registered. */
  registeredAt?: number;
}

export async function takeSteps(tx: Tx, steps: readonly FollowStep[]): Promise<void> {
  await execute(
    tx,
    `UPDATE "DeviceSeen" SET "followState" = j.value->>4, "followReason" = j.value->>5, "followAttempts" = j.value->>6,
       "followAt" = j.value->>7, "registeredAt" = coalesce(j.value->>8, "registeredAt")
     FROM json_each(?1) j
     WHERE "DeviceSeen"."deviceId" = j.value->>0 AND "followState" IS j.value->>1
       AND coalesce("followAt", 0) = j.value->>2 AND coalesce("followRevision", 0) = j.value->>3`,
    JSON.stringify(
      steps.map(({ row, state, reason, attempts, at, registeredAt }) => [
        ...[row.deviceId, row.state, row.at, row.revision],
        ...[state, reason, attempts, at, registeredAt ?? null],
      ]),
    ),
  );
}

/** A phone has fetched a revision at a time (milliseconds since 1970). */
export type Fetched = [deviceId: string, revision: number, at: number];

/**
 * Whoever fetched what was wanted of it is looked at until it registers, also one that was not told yet, or was given up. A
 * phone that is to reboot is not done by fetching before it was told.
 */
export async function noteFetches(tx: Tx, fetches: readonly Fetched[]): Promise<void> {
  await execute(
    tx,
    `UPDATE "DeviceSeen" SET "followRevision" = j.value->>1, "followKind" = coalesce("followKind", 'resync'),
       "followState" = 'fetched', "followReason" = NULL, "followAt" = j.value->>2
     FROM json_each(?1) j
     WHERE "DeviceSeen"."deviceId" = j.value->>0 AND j.value->>1 >= coalesce("followRevision", 0)
       AND ("followState" IS NULL OR "followState" IN ('sent','timeout','failed')
         OR ("followState" IN ('queued','postponed') AND "followKind" = 'resync'))`,
    JSON.stringify(fetches),
  );
}

/** Phones that somebody wants to be told, whatever their revision: due at once. Answers how many there are. */
export async function askFollow(tx: Tx, deviceIds: readonly string[], kind: NotifyKind, now: number): Promise<number> {
  const ids = JSON.stringify(deviceIds);
  await execute(
    tx,
    `INSERT INTO "DeviceSeen" ("deviceId") SELECT d.id FROM json_each(?1) j CROSS JOIN "Device" d ON d.id = j.value
     WHERE 1 ON CONFLICT DO NOTHING`,
    ids,
  );
  return execute(
    tx,
    `UPDATE "DeviceSeen" SET "followState" = 'queued', "followKind" = ?2, "followRevision" = "wantedRevision",
       "followReason" = NULL, "followAttempts" = 0, "followAt" = ?3
     WHERE "deviceId" IN (SELECT value FROM json_each(?1))`,
    ids,
    kind,
    now,
  );
}
