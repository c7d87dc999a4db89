import { mailboxContextOf } from '../../domain/company.ts';
import type { ListSpec, View } from './page.ts';
import {
  bool,
  columns,
  iso,
  json,
  LINE_SYNC,
  LINE_SYNC_STATE,
  many,
  object,
  one,
  outboxJoin,
  SYNC,
  SYNC_STATE,
} from './sql.ts';

/** What everybody may know of a mailbox: the PIN is not among it. `e`, `c` and `m` are in scope. */
const MAILBOX = {
  /** Becomes the address in `withAddress`: which voicemail context it is in, the domain knows. */
  address: 'c."slug"',
  ...columns('m', 'email'),
  attach: bool('m."attach"'),
  deleteAfterMail: bool('m."deleteAfterMail"'),
  timezone: 'm."timezone"',
  enabled: bool('m."enabled"'),
  pinSource: 'm."pinSource"',
  pinChangedAt: iso('m."pinChangedAt"'),
  version: 'm."version"',
};

function withAddress(mailbox: View, extension: unknown): View {
  const number = String(extension);
  return { ...mailbox, address: `${number}@${mailboxContextOf(String(mailbox.address), number)}` };
}

export const EXTENSIONS: ListSpec = {
  finish(extension) {
    const { mailbox, number } = extension;
    return mailbox === null ? extension : { ...extension, mailbox: withAddress(mailbox as View, number) };
  },
  item: object({
    ...columns('e', 'id', 'companyId', 'number', 'displayName', 'callerIdName'),
    user: one(
      { ...columns('u', 'id', 'username'), name: `u."firstName" || ' ' || u."lastName"` },
      'FROM "User" u WHERE u.id = e."userId"',
    ),
    site: one(columns('s', 'id', 'name'), 'FROM "Site" s WHERE s.id = e."siteId"'),
    ...columns('e', 'ringSeconds', 'forwardAlways', 'forwardBusy', 'forwardNoAnswer'),
    doNotDisturb: bool('e."doNotDisturb"'),
    ...columns('e', 'classOfService', 'pickupGroup'),
    enabled: bool('e."enabled"'),
    suspended: bool('e."suspended"'),
    suspendedForward: 'e."suspendedForward"',
    accounts: many(
      {
        ordinal: 'a."ordinal"',
        endpoint: `c."endpointPrefix" || e."number" || iif(a."ordinal" > 1, '-' || a."ordinal", '')`,
        ...columns('a', 'label', 'kind'),
        codecs: json('a."codecs"'),
        maxContacts: 'a."maxContacts"',
        rotatedAt: iso('a."rotatedAt"'),
        createdAt: iso('a."createdAt"'),
      },
      'FROM "SipAccount" a WHERE a."extensionId" = e.id',
      'a."ordinal"',
    ),
    mailbox: one(MAILBOX, 'FROM "Mailbox" m WHERE m."extensionId" = e.id'),
    phoneNumbers: many(columns('n', 'id', 'e164'), 'FROM "PhoneNumber" n WHERE n."extensionId" = e.id', 'n."e164"'),
    sync: LINE_SYNC,
    version: 'e."version"',
    createdAt: iso('e."createdAt"'),
    updatedAt: iso('e."updatedAt"'),
  }),
  from: `FROM "Extension" e JOIN "Company" c ON c.id = e."companyId" ${outboxJoin('extension', 'e.id', 'c."pbxId"')}`,
  id: 'e.id',
  sorts: {
    number: 'e."number"',
    displayName: 'e."displayName" COLLATE NOCASE',
    createdAt: 'e."createdAt"',
    updatedAt: 'e."updatedAt"',
  },
  filters: {
    companyId: 'e."companyId" = ?',
    number: 'e."number" = ?',
    userId: 'e."userId" = ?',
    siteId: 'e."siteId" = ?',
    enabled: 'e."enabled" = ?',
    suspended: 'e."suspended" = ?',
    sync: `${LINE_SYNC_STATE} = ?`,
  },
  search: ['e."number"', 'e."displayName"'],
};

/** Mailboxes as a list of their own; they are in step with the PBX when their extension is. */
export const MAILBOXES: ListSpec = {
  finish: (mailbox) => withAddress(mailbox, mailbox.extension),
  item: object({
    extensionId: 'e.id',
    companyId: 'e."companyId"',
    extension: 'e."number"',
    displayName: 'e."displayName"',
    ...MAILBOX,
    sync: LINE_SYNC,
  }),
  from: `FROM "Mailbox" m JOIN "Extension" e ON e.id = m."extensionId" JOIN "Company" c ON c.id = e."companyId"
    ${outboxJoin('extension', 'e.id', 'c."pbxId"')}`,
  id: 'e.id',
  sorts: { extension: 'e."number"', displayName: 'e."displayName" COLLATE NOCASE', pinChangedAt: 'm."pinChangedAt"' },
  filters: {
    companyId: 'e."companyId" = ?',
    enabled: 'm."enabled" = ?',
    pinSource: 'm."pinSource" = ?',
    sync: `${LINE_SYNC_STATE} = ?`,
  },
  search: ['e."number"', 'e."displayName"', 'm."email"'],
};

export const NUMBERS: ListSpec = {
  item: object({
    ...columns('n', 'id', 'companyId', 'e164', 'state'),
    extension: one(columns('e', 'id', 'number', 'displayName'), 'FROM "Extension" e WHERE e.id = n."extensionId"'),
    note: 'n."note"',
    quarantinedUntil: iso('n."quarantinedUntil"'),
    sync: SYNC,
    version: 'n."version"',
    createdAt: iso('n."createdAt"'),
    updatedAt: iso('n."updatedAt"'),
  }),
  from: `FROM "PhoneNumber" n JOIN "Company" c ON c.id = n."companyId" ${outboxJoin('number', 'n.id', 'c."pbxId"')}`,
  id: 'n.id',
  sorts: { e164: 'n."e164"', state: 'n."state"', updatedAt: 'n."updatedAt"' },
  filters: {
    companyId: 'n."companyId" = ?',
    state: 'n."state" = ?',
    extensionId: 'n."extensionId" = ?',
    sync: `${SYNC_STATE} = ?`,
  },
  search: ['n."e164"', 'n."note"'],
};

export const NUMBER_EVENTS: ListSpec = {
  item: object({ at: iso('h."at"'), ...columns('h', 'actor', 'fromState', 'toState', 'extension') }),
  from: 'FROM "PhoneNumberEvent" h',
  id: 'h.id',
  sorts: { at: 'h.id' },
  filters: { numberId: 'h."numberId" = ?' },
  search: [],
};
