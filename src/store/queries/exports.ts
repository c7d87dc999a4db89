import { setImmediate as breathe } from 'node:timers/promises';
import { PHONE_SETTINGS } from '../../domain/phones/settings.ts';
import type { Reader } from '../database.ts';
import { queryJson } from '../sql.ts';
import { DEVICES } from './devices.ts';
import { GROUPS } from './groups.ts';
import { EXTENSIONS, MAILBOXES, NUMBERS } from './lines.ts';
import { conditionsOf, type ListSpec, type PageRequest, type Scalar } from './page.ts';
import { USERS } from './people.ts';
import { bool, json } from './sql.ts';

/** What a cell of an export holds before it is text. */
export type ExportCell = string | number | boolean | null | string[];

/** Where the rows of an export come from: those of a list, in an order that is the same in every database. */
interface ExportSource {
  spec: ListSpec;
  /** Unique in a company, text. */
  key: readonly string[];
  /** By column of the import. */
  cells: Readonly<Record<string, string | PickedCell>>;
}

/** A cell out of what one expression answers for several columns. */
interface PickedCell {
  of: string;
  pick(value: never): ExportCell;
}

type Request = Pick<PageRequest, 'filters' | 'q'>;

/** Rows of one statement: it holds the event loop for some tens of milliseconds. */
const PAGE = 500;

const list = (expression: string, from: string, order: string) =>
  json(`(SELECT json_group_array(v) FROM (SELECT ${expression} AS v ${from} ORDER BY ${order}))`);

/** All that a user is in, of any kind. CROSS JOIN: from him to the few, never through all groups of the company. */
const MEMBERSHIPS = json(`(SELECT json_group_array(json_array(g."kind", g."name"))
  FROM "UserGroupMember" m CROSS JOIN "UserGroup" g ON g.id = m."groupId"
  WHERE m."userId" = u.id AND g."companyId" = u."companyId")`);
const inGroups = (nameOf: (kind: string, name: string) => string | undefined): PickedCell => ({
  of: MEMBERSHIPS,
  pick: (groups: [kind: string, name: string][]) => groups.flatMap(([kind, name]) => nameOf(kind, name) ?? []).sort(),
});
const userOf = (column: string) => `(SELECT nullif(u."${column}", '') FROM "User" u WHERE u.id = e."userId")`;
const siteOf = (alias: string) => `(SELECT s."name" FROM "Site" s WHERE s.id = ${alias}."siteId")`;
const mailboxOf = (expression: string) => `(SELECT ${expression} FROM "Mailbox" m WHERE m."extensionId" = e.id)`;
const accountOf = (expression: string) =>
  `(SELECT ${expression} FROM "SipAccount" a WHERE a."extensionId" = e.id AND a."ordinal" = 1)`;
const flagOf = (expression: string) => json(mailboxOf(`iif(${expression}, 'true', 'false')`));

/** Sealed, and in no file. */
const SECRET_SETTINGS = Object.entries(PHONE_SETTINGS)
  .filter(([, definition]) => 'secret' in definition)
  .map(([key]) => `'${key}'`)
  .join(', ');

export const EXPORT_SOURCES = {
  users: {
    spec: USERS,
    key: ['u."username"'],
    cells: {
      username: 'u."username"',
      first_name: `nullif(u."firstName", '')`,
      last_name: `nullif(u."lastName", '')`,
      email: 'u."email"',
      title: 'u."title"',
      personal_contact: 'u."personalContact"',
      user_type: 'u."userType"',
      site: siteOf('u'),
      language: 'u."language"',
      timezone: 'u."timezone"',
      // An import can make nobody invited or locked.
      state: `iif(u."state" IN ('active', 'disabled'), u."state", NULL)`,
      roles: list(
        'r."name"',
        `FROM "UserRole" ur CROSS JOIN "Role" r ON r.id = ur."roleId" WHERE ur."userId" = u.id AND r."companyId" = u."companyId"`,
        'r."name"',
      ),
      groups: inGroups((kind, name) => (kind === 'group' ? name : undefined)),
      teams: inGroups((kind, name) => (kind === 'team' ? name : undefined)),
      labels: inGroups((kind, name) => (kind === 'group' || kind === 'team' ? undefined : `${kind}:${name}`)),
      external_ids: list(`x."name" || '=' || x."value"`, 'FROM "ExternalId" x WHERE x."userId" = u.id', 'x."name"'),
    },
  },
  groups: {
    spec: GROUPS,
    key: ['g."kind"', 'g."name"'],
    cells: { kind: 'g."kind"', name: 'g."name"', description: 'g."description"' },
  },
  extensions: {
    spec: EXTENSIONS,
    key: ['e."number"'],
    cells: {
      extension: 'e."number"',
      display_name: 'e."displayName"',
      caller_id_name: 'e."callerIdName"',
      user: userOf('username'),
      first_name: userOf('firstName'),
      last_name: userOf('lastName'),
      email: userOf('email'),
      site: siteOf('e'),
      ring_seconds: 'e."ringSeconds"',
      forward_always: 'e."forwardAlways"',
      forward_busy: 'e."forwardBusy"',
      forward_no_answer: 'e."forwardNoAnswer"',
      do_not_disturb: bool('e."doNotDisturb"'),
      class_of_service: 'e."classOfService"',
      pickup_group: 'e."pickupGroup"',
      enabled: bool('e."enabled"'),
      phone_numbers: list('n."e164"', 'FROM "PhoneNumber" n WHERE n."extensionId" = e.id', 'n."e164"'),
      mailbox: bool(`EXISTS (SELECT 1 FROM "Mailbox" m WHERE m."extensionId" = e.id)`),
      mailbox_email: mailboxOf('m."email"'),
      mailbox_attach: flagOf('m."attach"'),
      mailbox_delete_after_mail: flagOf('m."deleteAfterMail"'),
      mailbox_timezone: mailboxOf('m."timezone"'),
      account_kind: accountOf('a."kind"'),
      codecs: json(accountOf('a."codecs"')),
      max_contacts: accountOf('a."maxContacts"'),
    },
  },
  numbers: {
    spec: NUMBERS,
    key: ['n."e164"'],
    cells: {
      phone_number: 'n."e164"',
      state: 'n."state"',
      extension: '(SELECT e."number" FROM "Extension" e WHERE e.id = n."extensionId")',
      note: 'n."note"',
    },
  },
  devices: {
    spec: DEVICES,
    key: ['d."mac"'],
    cells: {
      mac: 'd."mac"',
      vendor: 'd."vendor"',
      model: 'd."model"',
      site: siteOf('d'),
      label: 'd."label"',
      user: '(SELECT u."username" FROM "User" u WHERE u.id = d."userId")',
      lines: list(
        'e."number"',
        `FROM "DeviceLine" l JOIN "SipAccount" a ON a.id = l."accountId" JOIN "Extension" e ON e.id = a."extensionId"
           WHERE l."deviceId" = d.id`,
        'l."ordinal"',
      ),
      layout: '(SELECT y."name" FROM "KeyLayout" y WHERE y.id = d."keyLayoutId")',
      state: `iif(d."state" = 'suspended', 'suspended', 'active')`,
      settings: list(
        `x."key" || '=' || iif(json_valid(x."value") AND json_type(x."value") = 'text', x."value"->>'$', x."value")`,
        `FROM "PhoneSetting" x WHERE x."companyId" = d."companyId" AND x."scope" = 'device' AND x."scopeId" = d.id
           AND x."key" NOT IN (${SECRET_SETTINGS})`,
        'x."key"',
      ),
    },
  },
  mailboxes: {
    spec: MAILBOXES,
    key: ['e."number"'],
    cells: {
      extension: 'e."number"',
      mailbox_email: 'm."email"',
      mailbox_attach: bool('m."attach"'),
      mailbox_delete_after_mail: bool('m."deleteAfterMail"'),
      mailbox_timezone: 'm."timezone"',
      mailbox_enabled: bool('m."enabled"'),
    },
  },
} as const satisfies Record<string, ExportSource>;

export type ExportSourceName = keyof typeof EXPORT_SOURCES;

/** All rows of one company that fit, page by page, with a pause after each; nobody's writing waits for them. */
export async function* exportRows(
  reader: Reader,
  name: ExportSourceName,
  columns: readonly string[],
  request: Request,
): AsyncGenerator<ExportCell[][], void> {
  const { spec, key, cells }: ExportSource = EXPORT_SOURCES[name];
  const { conditions, values } = conditionsOf(spec, request);
  const wanted = columns.map((column) => cells[column] ?? 'NULL');
  const asked = [...new Set(wanted.map((cell) => (typeof cell === 'string' ? cell : cell.of)))];
  const places = wanted.map((cell) => asked.indexOf(typeof cell === 'string' ? cell : cell.of));
  const told = (values: ExportCell[]) =>
    wanted.map((cell, at) => {
      const value = values[places[at]!] as ExportCell;
      return typeof cell === 'string' ? value : cell.pick(value as never);
    });
  for (let after: Scalar[] | undefined; ; ) {
    const beyond = after === undefined ? [] : [`(${key.join(', ')}) > (${key.map(() => '?').join(', ')})`];
    const where = [...conditions, ...beyond].join(' AND ') || '1';
    const rows = await queryJson<[key: Scalar[], cells: ExportCell[]][]>(
      reader,
      `SELECT json_group_array(json(v)) AS json FROM (SELECT json_array(json_array(${key.join(', ')}), json_array(${asked.join(', ')})) AS v
         ${spec.from} WHERE ${where} ORDER BY ${key.join(', ')} LIMIT ${PAGE})`,
      ...values,
      ...(after ?? []),
    );
    if (rows.length > 0) yield rows.map(([, values]) => told(values));
    after = rows.at(-1)?.[0];
    if (rows.length < PAGE || after === undefined) return;
    await breathe();
  }
}

/** From here on a group's members are found by walking through the users: sorting them for each page would take longer. */
const LARGE = 2000;

/** Who is in which group: kind, name and user name, in that order. `request` is of the list of groups. */
export async function* membershipRows(reader: Reader, request: Request): AsyncGenerator<ExportCell[][], void> {
  for await (const groups of groupsWithCounts(reader, request)) {
    let rows: ExportCell[][] = [];
    for (const [id, kind, name, count] of groups) {
      for (let after = ''; ; ) {
        const names = await membersOf(reader, id, after, count > LARGE);
        rows.push(...names.map((username) => [kind, name, username]));
        after = names.at(-1) ?? '';
        if (rows.length >= PAGE) {
          yield rows;
          rows = [];
          await breathe();
        }
        if (names.length < PAGE) break;
      }
    }
    if (rows.length > 0) yield rows;
  }
}

type Counted = [id: string, kind: string, name: string, members: number];

async function* groupsWithCounts(reader: Reader, request: Request): AsyncGenerator<Counted[], void> {
  const { conditions, values } = conditionsOf(GROUPS, request);
  for (let after: string[] | undefined; ; ) {
    const beyond = after === undefined ? [] : ['(g."kind", g."name") > (?, ?)'];
    const groups = await queryJson<Counted[]>(
      reader,
      `SELECT json_group_array(json_array(id, kind, name, members)) AS json FROM (
         SELECT g.id AS id, g."kind" AS kind, g."name" AS name,
           (SELECT count(*) FROM "UserGroupMember" m WHERE m."groupId" = g.id) AS members
         ${GROUPS.from} WHERE ${[...conditions, ...beyond].join(' AND ') || '1'} ORDER BY g."kind", g."name" LIMIT ${PAGE})`,
      ...values,
      ...(after ?? []),
    );
    yield groups;
    const last = groups.at(-1);
    if (groups.length < PAGE || last === undefined) return;
    after = [last[1], last[2]];
  }
}

async function membersOf(reader: Reader, groupId: string, after: string, isLarge: boolean): Promise<string[]> {
  const join = isLarge
    ? 'FROM "User" u CROSS JOIN "UserGroupMember" m ON m."groupId" = ?1 AND m."userId" = u.id'
    : 'FROM "UserGroupMember" m CROSS JOIN "User" u ON u.id = m."userId" AND m."groupId" = ?1';
  return queryJson(
    reader,
    `SELECT json_group_array(name) AS json FROM (SELECT u."username" AS name ${join}
       WHERE u."username" > ?2 ORDER BY u."username" LIMIT ${PAGE})`,
    groupId,
    after,
  );
}
