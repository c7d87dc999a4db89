/** Builders of the JSON that a query answers with. SQLite renders a page as one text, which is far faster than rows of objects. */

/** `{"a": <expression>, ...}` */
export function object(fields: Record<string, string>): string {
  return `json_object(${Object.entries(fields)
    .map(([name, expression]) => `'${name}', ${expression}`)
    .join(', ')})`;
}

/** The column as itself, under its own name. */
export function columns(alias: string, ...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, `${alias}."${name}"`]));
}

export function bool(expression: string): string {
  return `json(iif(${expression}, 'true', 'false'))`;
}

/** Milliseconds since 1970 as ISO 8601 UTC; null stays null. */
export function iso(expression: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%fZ', ${expression} / 1000.0, 'unixepoch')`;
}

/** A column that holds JSON text. */
export function json(expression: string): string {
  return `json(${expression})`;
}

/** A sub-query with one row or none: the object or null. */
export function one(fields: Record<string, string>, from: string): string {
  return `json((SELECT ${object(fields)} ${from}))`;
}

/** A sub-query as an array; `order` is a column of `from`. */
export function many(fields: Record<string, string>, from: string, order: string): string {
  return `json((SELECT json_group_array(json(v)) FROM (SELECT ${object(fields)} AS v ${from} ORDER BY ${order})))`;
}

/** The Outbox row of an owner; none means synced. */
export function outboxJoin(type: 'company' | 'extension' | 'number', id: string, pbxId: string): string {
  return `LEFT JOIN "Outbox" o ON o."pbxId" = ${pbxId} AND o."ownerType" = '${type}' AND o."ownerId" = ${id}`;
}

/** Of an extension: ours is in force, and the PBX's own endpoint of its name still stands in pjsip.conf. */
const IS_WAITING = `EXISTS (SELECT 1 FROM "SipAccount" w WHERE w."extensionId" = e.id AND w."adoption" = 'waiting')`;

export const LINE_SYNC_STATE = `iif(o."ownerId" IS NULL, iif(${IS_WAITING}, 'waiting', 'synced'),
  iif(o."errorCode" IS NULL, 'pending', 'failed'))`;

export const SYNC_STATE = `iif(o."ownerId" IS NULL, 'synced', iif(o."errorCode" IS NULL, 'pending', 'failed'))`;

export const SYNC = `json(CASE WHEN o."ownerId" IS NULL THEN '{"state":"synced"}'
  WHEN o."errorCode" IS NULL THEN json_object('state', 'pending', 'since', ${iso('o."dirtyAt"')})
  ELSE json_object('state', 'failed', 'code', o."errorCode", 'reason', o."errorReason", 'since', ${iso('o."dirtyAt"')}) END)`;

const WAITS = `json_object('state', 'waiting', 'reason',
  'the PBX has it; its own endpoint of this name still stands in pjsip.conf and must be taken out there')`;

/** As SYNC, of an extension `e` or of what hangs on one. */
export const LINE_SYNC = `json(iif(o."ownerId" IS NULL AND ${IS_WAITING}, ${WAITS}, ${SYNC}))`;
