import { contextOf, diallingPlan, mailboxAddress } from '../domain/company.ts';
import { SUSPENDED_NOTHING } from '../domain/extension.ts';
import { DEFAULT_CODECS, endpointId, REALM } from '../domain/sip-account.ts';
import { projectedName } from '../domain/text.ts';
import { companyContextLines } from './company-context.ts';
import { mailboxLine } from './mailbox-line.ts';
import { nextAuthKey, type Ref, refOf } from './pbx-object.ts';
import type { Desired } from './plan.ts';
import type { AccountSource, CompanySource, ExtensionSource, NumberSource, OwnerType } from './source.ts';

type Fields = Record<string, string | undefined>;

/** res_sorcery_astdb and the dialplan read JSON objects of strings; what equals Asterisk's default is left out. */
function json(fields: Fields): string {
  return JSON.stringify(fields);
}

/** What one extension is on the PBX. Pure: same source, same objects, in a stable order of fields. */
export function projectExtension(source: ExtensionSource): [Ref, string][] {
  const { slug, endpointPrefix } = source.company;
  const objects: [Ref, string][] = [];
  for (const account of source.accounts) {
    // Were ours taken away from beside the operator's endpoint, his would be in force again, and so would the old secret.
    if (!hasPhones(source) && account.isBeside !== true) continue;
    const id = endpointId(endpointPrefix, source.number, account.ordinal);
    objects.push(
      [refOf('auth', id), authValue(id, account.digest(id))],
      ...(account.nextDigest === undefined ? [] : [nextAuth(id, account.nextDigest(id))]),
      [refOf('aor', id), json(aorFields(source, account))],
      [refOf('endpoint', id), json(endpointFields(source, account, id))],
    );
  }
  const mailbox = source.mailbox?.enabled === true ? source.mailbox : null;
  if (mailbox !== null) {
    const line = mailboxLine({
      ...mailbox,
      name: source.displayName,
      timezone: mailbox.timezone ?? source.company.timezone,
    });
    objects.push([refOf('mailbox', mailboxOf(source)), line]);
  }
  objects.push([refOf('extension', `${slug}/${source.number}`), json(extensionFields(source, mailbox !== null))]);
  return objects;
}

function authValue(id: string, digest: string): string {
  return json({ auth_type: 'md5', username: id, realm: REALM, md5_cred: digest });
}

/** While a secret is rotated its endpoint names two auths, and Asterisk takes either (measured on 22.10.1). */
function nextAuth(id: string, digest: string): [Ref, string] {
  return [refOf('auth', nextAuthKey(id)), authValue(id, digest)];
}

/** Nobody registers or calls under what is disabled, or belongs to somebody who is. */
function hasPhones({ enabled, suspended }: ExtensionSource): boolean {
  return enabled && !suspended;
}

/** A mailbox keeps its number when the extension gets another: its messages stand under it. */
function mailboxOf({ number, company, mailbox }: ExtensionSource): string {
  return mailboxAddress(company.slug, mailbox?.box ?? number);
}

function endpointFields(source: ExtensionSource, account: AccountSource, id: string): Fields {
  const { slug } = source.company;
  const group = source.pickupGroup === null ? undefined : `${slug}-${source.pickupGroup}`;
  const name = projectedName(source.callerIdName ?? source.displayName);
  const isWebRtc = account.kind === 'webrtc';
  return {
    context: contextOf(slug),
    auth: account.nextDigest === undefined ? id : `${id},${nextAuthKey(id)}`,
    aors: id,
    disallow: 'all',
    allow: (account.codecs ?? DEFAULT_CODECS[account.kind]).join(','),
    callerid: `"${name}" <${source.number}>`,
    mailboxes: source.mailbox?.enabled === true ? mailboxOf(source) : undefined,
    mwi_subscribe_replaces_unsolicited: source.mailbox?.enabled === true ? 'yes' : undefined,
    named_call_group: group,
    named_pickup_group: group,
    direct_media: 'no',
    rtp_symmetric: 'yes',
    rewrite_contact: 'yes',
    webrtc: isWebRtc ? 'yes' : undefined,
    dtls_auto_generate_cert: isWebRtc ? 'yes' : undefined,
  };
}

/** A phone that comes back from another address replaces its old contact instead of being refused until that expires. */
function aorFields(source: ExtensionSource, account: AccountSource): Fields {
  const hasMailbox = source.mailbox?.enabled === true;
  return {
    max_contacts: String(account.maxContacts),
    remove_existing: 'yes',
    mailboxes: hasMailbox ? mailboxOf(source) : undefined,
    voicemail_extension: hasMailbox ? '*97' : undefined,
  };
}

function extensionFields(source: ExtensionSource, hasMailbox: boolean): Fields {
  const { endpointPrefix } = source.company;
  const instead = source.suspended ? source.suspendedForward : null;
  const answersNothing = instead === SUSPENDED_NOTHING;
  return {
    accounts: hasPhones(source)
      ? source.accounts.map((account) => endpointId(endpointPrefix, source.number, account.ordinal)).join('&')
      : undefined,
    ring: source.ringSeconds === 25 ? undefined : String(source.ringSeconds),
    forwardAlways: source.forwardAlways ?? undefined,
    forwardBusy: source.forwardBusy ?? undefined,
    forwardNoAnswer: source.forwardNoAnswer ?? undefined,
    dnd: source.doNotDisturb ? 'yes' : undefined,
    mailbox: hasMailbox && !answersNothing ? mailboxOf(source) : undefined,
    class: source.classOfService === 'national' ? undefined : source.classOfService,
    enabled: hasPhones(source) ? undefined : 'no',
    forwardSuspended: answersNothing ? undefined : (instead ?? undefined),
  };
}

/** Only a number that rings somewhere exists for the PBX. */
export function projectNumber(source: NumberSource): [Ref, string][] {
  if (source.extension === null) return [];
  return [[refOf('number', source.e164.slice(1)), json({ company: source.companySlug, extension: source.extension })]];
}

export function projectCompany(source: CompanySource): [Ref, string][] {
  const plan = diallingPlan(source.country);
  const lines = companyContextLines({ slug: source.slug, endpointPrefix: source.endpointPrefix });
  return [
    [
      refOf('company', source.slug),
      json({
        country: plan.countryCode,
        international: plan.internationalPrefix,
        national: plan.nationalPrefix,
        trunk: source.trunk ?? undefined,
        callerId: source.outgoingCallerId ?? undefined,
        emergency: source.emergencyNumbers.join('&'),
      }),
    ],
    [refOf('context', contextOf(source.slug)), lines.map(([name, value]) => `${name} = ${value}`).join('\n')],
  ];
}

/** The projection of any set of sources. */
export function desiredObjects(sources: {
  companies: Iterable<CompanySource>;
  extensions: Iterable<ExtensionSource>;
  numbers: Iterable<NumberSource>;
}): Map<Ref, Desired> {
  const desired = new Map<Ref, Desired>();
  const add = (type: OwnerType, id: string, objects: [Ref, string][]) => {
    const owner = { type, id };
    for (const [ref, value] of objects) desired.set(ref, { owner, value });
  };
  for (const source of sources.companies) add('company', source.id, projectCompany(source));
  for (const source of sources.extensions) {
    add('extension', source.id, projectExtension(source));
    for (const { ordinal } of source.accounts.filter(({ isBeside }) => isBeside === true)) {
      const id = endpointId(source.company.endpointPrefix, source.number, ordinal);
      for (const kind of ['auth', 'aor', 'endpoint'] as const) {
        const object = desired.get(refOf(kind, id));
        if (object !== undefined) object.isBeside = true;
      }
    }
  }
  for (const source of sources.numbers) add('number', source.id, projectNumber(source));
  return desired;
}
