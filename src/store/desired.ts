import { createHash } from 'node:crypto';
import type { ClassOfService } from '../domain/extension.ts';
import type { AccountKind } from '../domain/sip-account.ts';
import type { CompanySource, ExtensionSource, NumberSource, Owner } from '../plan/source.ts';
import { WAITING } from './adoptions.ts';
import type { Reader } from './database.ts';
import type { Digests } from './digests.ts';
import type { Seal } from './seal.ts';
import { eachJson } from './sql.ts';

/** What is wanted of the given owners, read as it is asked for, once. Owners that no longer exist are missing from it. */
export interface DesiredSources {
  companies: Iterable<CompanySource>;
  extensions: Iterable<ExtensionSource>;
  numbers: Iterable<NumberSource>;
}

type AccountRow = [
  id: string,
  ordinal: number,
  kind: AccountKind,
  codecs: string | null,
  maxContacts: number,
  sealed: string,
  adoption: string | null,
  next: string | null,
];
type MailboxRow = [
  id: string,
  pinSealed: string,
  email: string | null,
  attach: number,
  del: number,
  tz: string | null,
  on: number,
  box: string | null,
];
type ExtensionRow = [
  id: string,
  number: string,
  displayName: string,
  callerIdName: string | null,
  ring: number,
  always: string | null,
  busy: string | null,
  noAnswer: string | null,
  dnd: number,
  cos: ClassOfService,
  group: string | null,
  enabled: number,
  suspended: number,
  suspendedForward: string | null,
  slug: string,
  prefix: string,
  timezone: string,
  accounts: AccountRow[],
  mailbox: MailboxRow | null,
];

// JSON instead of columns and joins: a row is one string, whatever hangs on it.
const EXTENSIONS = `SELECT json_array(e.id, e."number", e."displayName", e."callerIdName", e."ringSeconds",
    e."forwardAlways", e."forwardBusy", e."forwardNoAnswer", e."doNotDisturb", e."classOfService", e."pickupGroup", e."enabled",
    e."suspended", e."suspendedForward", c."slug", c."endpointPrefix", c."timezone",
    (SELECT json_group_array(json_array(a.id, a."ordinal", a."kind", a."codecs", a."maxContacts", a."secretSealed",
        a."adoption", a."nextSecretSealed"))
       FROM (SELECT * FROM "SipAccount" WHERE "extensionId" = e.id ORDER BY "ordinal") a),
    (SELECT json_array(m.id, m."pinSealed", m."email", m."attach", m."deleteAfterMail", m."timezone", m."enabled", m."box")
       FROM "Mailbox" m WHERE m."extensionId" = e.id)) AS json`;

type NumberRow = [id: string, e164: string, companySlug: string, extension: string | null];
type CompanyRow = [
  id: string,
  slug: string,
  endpointPrefix: string,
  ranges: string,
  country: string,
  trunk: string | null,
  outgoingCallerId: string | null,
  emergencyNumbers: string,
];

/** `reader` may be an open transaction: a dry run sees what it would commit. */
export function desiredOf(reader: Reader, seal: Seal, digests: Digests, owners: readonly Owner[]): DesiredSources {
  const ids = (type: Owner['type']) =>
    JSON.stringify(owners.filter((owner) => owner.type === type).map(({ id }) => id));
  return query(reader, seal, digests, {
    extensions:
      'FROM json_each(?1) j CROSS JOIN "Extension" e ON e.id = j.value JOIN "Company" c ON c.id = e."companyId"',
    numbers: 'FROM json_each(?1) j CROSS JOIN "PhoneNumber" n ON n.id = j.value',
    companies: 'FROM json_each(?1) j CROSS JOIN "Company" c ON c.id = j.value',
    parameter: ids,
  });
}

export function desiredOfPbx(reader: Reader, seal: Seal, digests: Digests, pbxId: string): DesiredSources {
  return query(reader, seal, digests, {
    extensions: 'FROM "Extension" e JOIN "Company" c ON c.id = e."companyId" WHERE c."pbxId" = ?1',
    numbers: 'FROM "PhoneNumber" n JOIN "Company" nc ON nc.id = n."companyId" WHERE nc."pbxId" = ?1',
    companies: 'FROM "Company" c WHERE c."pbxId" = ?1',
    parameter: () => pbxId,
  });
}

interface From {
  extensions: string;
  numbers: string;
  companies: string;
  parameter(type: Owner['type']): string;
}

function query(reader: Reader, seal: Seal, digests: Digests, from: From): DesiredSources {
  function* get<Row, Source>(select: string, parameter: string, map: (row: Row) => Source): Generator<Source> {
    if (parameter === '[]') return;
    for (const row of eachJson<Row>(reader, select, parameter)) yield map(row);
  }
  return {
    extensions: get(`${EXTENSIONS} ${from.extensions}`, from.parameter('extension'), (row: ExtensionRow) =>
      toExtension(row, seal, digests),
    ),
    numbers: get(
      `SELECT json_array(n.id, n."e164",
         (SELECT "slug" FROM "Company" WHERE id = n."companyId"),
         CASE n."state" WHEN 'assigned' THEN (SELECT "number" FROM "Extension" WHERE id = n."extensionId") END) AS json
       ${from.numbers}`,
      from.parameter('number'),
      ([id, e164, companySlug, extension]: NumberRow) => ({ id, e164, companySlug, extension }),
    ),
    companies: get(
      `SELECT json_array(c.id, c."slug", c."endpointPrefix", c."ranges", c."country", c."trunk", c."outgoingCallerId",
         c."emergencyNumbers") AS json ${from.companies}`,
      from.parameter('company'),
      ([id, slug, endpointPrefix, ranges, country, trunk, outgoingCallerId, emergency]: CompanyRow) => ({
        id,
        slug,
        endpointPrefix,
        ranges: JSON.parse(ranges),
        country,
        trunk,
        outgoingCallerId,
        emergencyNumbers: JSON.parse(emergency),
      }),
    ),
  };
}

function toExtension(row: ExtensionRow, seal: Seal, digests: Digests): ExtensionSource {
  const [id, number, displayName, callerIdName, ringSeconds, always, busy, noAnswer, dnd, cos, group, enabled] = row;
  const [suspended, suspendedForward] = row.slice(12) as [number, string | null];
  const [slug, endpointPrefix, timezone, accounts, mailbox] = row.slice(14) as [
    string,
    string,
    string,
    AccountRow[],
    MailboxRow | null,
  ];
  return {
    id,
    number,
    displayName,
    callerIdName,
    ringSeconds,
    forwardAlways: always,
    forwardBusy: busy,
    forwardNoAnswer: noAnswer,
    doNotDisturb: dnd === 1,
    classOfService: cos,
    pickupGroup: group,
    enabled: enabled === 1,
    suspended: suspended === 1,
    suspendedForward,
    company: { slug, endpointPrefix, timezone },
    accounts: accounts.map(([accountId, ordinal, kind, codecs, maxContacts, sealed, adoption, next]) => ({
      ordinal,
      kind,
      codecs: codecs === null ? null : JSON.parse(codecs),
      maxContacts,
      isBeside: adoption === WAITING,
      // Of what is disabled and must stand there all the same: a digest for which nobody has a secret.
      digest: (endpoint) =>
        enabled === 1 && suspended === 0
          ? digests.of(accountId, sealed, endpoint)
          : createHash('md5')
              .update(seal.fingerprint(`nobody:${accountId}`))
              .digest('hex'),
      nextDigest:
        next === null || enabled === 0 || suspended === 1
          ? undefined
          : (endpoint) => digests.of(accountId, next, endpoint),
    })),
    mailbox:
      mailbox === null
        ? null
        : {
            box: mailbox[7],
            pin: seal.open(mailbox[1], `Mailbox:${mailbox[0]}`),
            email: mailbox[2],
            attach: mailbox[3] === 1,
            deleteAfterMail: mailbox[4] === 1,
            timezone: mailbox[5],
            enabled: mailbox[6] === 1,
          },
  };
}
