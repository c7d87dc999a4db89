import { LinekeeperError } from '../../errors.ts';
import type { AmiFields } from './encode.ts';

/** The AMI logins; each has the smallest rights for its work (templates/asterisk/linekeeper-manager.conf). */
export type AmiRole = 'events' | 'query' | 'sync' | 'config' | 'act';

/** Says what is wrong with the fields; undefined: nothing. */
type Check = (fields: AmiFields) => string | undefined;

const anything: Check = () => undefined;

/** Modules that read files of ours. Never a bare Reload, never pjsip: both have deadlocked Asterisk (asterisk #1855, #2081). */
const RELOADABLE = new Set(['app_voicemail.so', 'pbx_config.so']);
const OUR_FILES = /^linekeeper-(voicemail-\d{2}|companies)\.conf$/;
/** The operator's files are only read: whose endpoints and mailboxes there are, and to adopt them. */
const READ_FILES = /^(pjsip|pjsip_wizard|voicemail|linekeeper-(voicemail-\d{2}|companies))\.conf$/;

const OUR_FAMILY = /^linekeeper\/[a-z]/;
const ourFamily: Check = ({ Family = '' }) => (OUR_FAMILY.test(Family) ? undefined : 'the AstDB family is not ours');

/** The contacts of our endpoints are deleted to throw a phone off; nothing else outside our family is touched. */
const ourFamilyOrContact: Check = (fields) =>
  fields.Family === 'registrar/contact' && fields.Key?.includes(';@') ? undefined : ourFamily(fields);

// `/regex/` hangs up every channel that matches (measured: all of them with `/.*/`).
const EXACT_CHANNEL = /^[A-Za-z0-9]+\/[^/*\s]+$/;
/** Where a transferred call may go on: in the context of a company, or where its incoming calls are. */
const OUR_CONTEXT = /^(lk-[a-z0-9][a-z0-9-]*|linekeeper-(extension|outside))$/;
/** An extension, or a number in E.164; nothing that a pattern or a feature code of the dialplan could mean. */
const TARGET = /^(\+[1-9][0-9]{6,14}|[0-9]{2,10})$/;
/** One contact of an endpoint of ours. `&` and `,` in it would add legs and options. */
const CONTACT = /^PJSIP\/[a-z0-9-]+\/sips?:[A-Za-z0-9._~%!*'+=:;@/?-]+$/;

function isExactly(fields: AmiFields, wanted: Readonly<Record<string, RegExp>>): boolean {
  return (
    Object.keys(fields).every((name) => Object.hasOwn(wanted, name)) &&
    Object.entries(wanted).every(([name, pattern]) => pattern.test(fields[name] ?? ''))
  );
}

const TRANSFER = { Channel: EXACT_CHANNEL, Context: OUR_CONTEXT, Exten: TARGET };
const REDIRECT = { ...TRANSFER, Priority: /^1$/ };
/** Never an application, never a place that somebody chose: `System` is an application, too. */
const TEST_CALL = {
  Channel: CONTACT,
  Context: /^linekeeper-test$/,
  Exten: /^s$/,
  Priority: /^1$/,
  CallerID: /^Linekeeper test <0>$/,
  Timeout: /^[1-9][0-9]{3,4}$/,
  Async: /^true$/,
  ChannelId: /^linekeeper-test-[0-9a-f]{32}$/,
};
/** A NOTIFY to one endpoint of ours that says an event and nothing else: at a comma Asterisk begins another header. */
const NOTIFY = {
  Endpoint: /^[a-z0-9][a-z0-9-]*$/,
  Variable: /^Event=[A-Za-z0-9._-]{1,40}(;[A-Za-z0-9._-]{1,40}(=[A-Za-z0-9._-]{1,40})?){0,3}$/,
};
/** The journal of calls: what was read is deleted, and its counter set back. */
const JOURNAL = 'linekeeper-record';
const JOURNAL_KEY = /^([A-Za-z0-9._~-]+-\d+|overflow)$/;

/** Claims of phones that were dealt with. */
const CLAIMS = 'linekeeper-claim';
const CLAIM_KEY = /^[a-z0-9][a-z0-9-]*\/[0-9]+$/;

const put: Check = (fields) =>
  fields.Family === JOURNAL && fields.Key === 'used' && /^\d{1,9}$/.test(fields.Val ?? '')
    ? undefined
    : ourFamily(fields);

const del: Check = (fields) =>
  (fields.Family === JOURNAL && JOURNAL_KEY.test(fields.Key ?? '')) ||
  (fields.Family === CLAIMS && CLAIM_KEY.test(fields.Key ?? ''))
    ? undefined
    : ourFamilyOrContact(fields);

const COMMON: Record<string, Check> = { Ping: anything, Logoff: anything, ListCommands: anything };

/** What each login may send. Anything else is a bug of ours and never reaches the wire. */
const ALLOWED: Readonly<Record<AmiRole, Readonly<Record<string, Check>>>> = {
  events: COMMON,
  query: {
    ...COMMON,
    DBGet: anything,
    DBGetTree: anything,
    CoreSettings: anything,
    CoreStatus: anything,
    CoreShowChannels: anything,
    DeviceStateList: anything,
    MailboxCount: anything,
  },
  sync: {
    ...COMMON,
    DBPut: put,
    DBDel: del,
    ModuleCheck: ({ Module = '' }) => (/^[a-z0-9_]+$/.test(Module) ? undefined : 'that is no module'),
    // To one contact of an endpoint of ours. A plain `Body` could not hold a line break.
    MessageSend: ({ Destination = '', To, Body, Variable }) =>
      /^pjsip:[a-z0-9-]+\/sips?:[^\s<>"]+$/.test(Destination) && (To ?? Body ?? Variable) === undefined
        ? undefined
        : 'the destination is not a contact of an endpoint',
    PJSIPNotify: (fields) => (isExactly(fields, NOTIFY) ? undefined : 'it is not an event for an endpoint of ours'),
    Hangup: ({ Channel = '' }) => (EXACT_CHANNEL.test(Channel) ? undefined : 'the channel is not an exact name'),
  },
  config: {
    ...COMMON,
    GetConfig: ({ Filename = '' }) => (READ_FILES.test(Filename) ? undefined : 'the file is not one we read'),
    CreateConfig: ({ Filename = '' }) => (OUR_FILES.test(Filename) ? undefined : 'the file is not ours'),
    UpdateConfig: ({ SrcFilename = '', DstFilename, Reload }) =>
      OUR_FILES.test(SrcFilename) && DstFilename === SrcFilename && Reload === undefined
        ? undefined
        : 'the file is not ours',
    Reload: ({ Module = '' }) => (RELOADABLE.has(Module) ? undefined : 'the module is not one we reload'),
  },
  act: {
    ...COMMON,
    BlindTransfer: (fields) => (isExactly(fields, TRANSFER) ? undefined : 'it is not a transfer inside our contexts'),
    Redirect: (fields) => (isExactly(fields, REDIRECT) ? undefined : 'it is not a transfer inside our contexts'),
    Originate: (fields) => (isExactly(fields, TEST_CALL) ? undefined : 'it is not a test call'),
  },
};

export function allowedActions(role: AmiRole): string[] {
  return Object.keys(ALLOWED[role]);
}

/** @throws LinekeeperError AMI_ACTION_FORBIDDEN */
export function checkAllowed(role: AmiRole, action: string, fields: AmiFields): void {
  const check = Object.hasOwn(ALLOWED[role], action) ? ALLOWED[role][action] : undefined;
  const wrong = check ? check(fields) : 'the action is not on its list';
  if (wrong !== undefined) {
    throw new LinekeeperError('AMI_ACTION_FORBIDDEN', `The ${role} login may not send this: ${wrong}.`);
  }
}
