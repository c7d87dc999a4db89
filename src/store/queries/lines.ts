import { mailboxAddress } from '../../domain/company.ts';
import * as by from './line-filters.ts';
import type { ListSpec, View } from './page.ts';
import { matching } from './search.ts';
import { bool, columns, iso, json, LINE_SYNC, many, object, one, outboxJoin, SYNC } from './sql.ts';

/** What everybody may know of a mailbox: the PIN is not among it. `e`, `c` and `m` are in scope. */
const MAILBOX = {
  /** Becomes the address in `withAddress`: which voicemail context it is in, the domain knows. */
  address: `c."slug" || ' ' || coalesce(m."box", e."number")`,
  ...columns('m', 'email'),
  attach: bool('m."attach"'),
  deleteAfterMail: bool('m."deleteAfterMail"'),
  timezone: 'm."timezone"',
  enabled: bool('m."enabled"'),
  pinSource: 'm."pinSource"',
  pinChangedAt: iso('m."pinChangedAt"'),
  version: 'm."version"',
};

function withAddress(mailbox: View): View {
  const [slug = '', box = ''] = String(mailbox.address).split(' ');
  return { ...mailbox, address: mailboxAddress(slug, box) };
}

export const EXTENSIONS: ListSpec = {
  finish(extension) {
    const { mailbox } = extension;
    return mailbox === null ? extension : { ...extension, mailbox: withAddress(mailbox as View) };
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
        rotatingSince: iso('a."nextSecretAt"'),
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
  sorts: by.EXTENSION_SORTS,
  filters: by.EXTENSION_FILTERS,
  facets: by.EXTENSION_FACETS,
  match: matching('Extension', 'e.id', ['number', 'name', 'callerId', 'person']),
  search: [],
};

/** Mailboxes as a list of their own; they are in step with the PBX when their extension is. */
export const MAILBOXES: ListSpec = {
  finish: withAddress,
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
  sorts: by.MAILBOX_SORTS,
  filters: by.MAILBOX_FILTERS,
  facets: by.MAILBOX_FACETS,
  match: matching('Extension', 'e.id', ['number', 'name', 'mailbox']),
  search: [],
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
  sorts: by.NUMBER_SORTS,
  filters: by.NUMBER_FILTERS,
  facets: by.NUMBER_FACETS,
  match: matching('PhoneNumber', 'n.id'),
  search: [],
};

export const NUMBER_EVENTS: ListSpec = {
  item: object({ at: iso('h."at"'), ...columns('h', 'actor', 'fromState', 'toState', 'extension') }),
  from: 'FROM "PhoneNumberEvent" h',
  id: 'h.id',
  sorts: { at: 'h.id' },
  filters: { numberId: 'h."numberId" = ?' },
  search: [],
};
