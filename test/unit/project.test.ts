import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { getCountries } from 'libphonenumber-js/min';
import t from 'tap';
import { CODECS } from '../../src/domain/sip-account.ts';
import { kindOf, type Ref } from '../../src/plan/pbx-object.ts';
import { desiredObjects, projectCompany, projectExtension, projectNumber } from '../../src/plan/project.ts';
import type { AccountSource, CompanySource, ExtensionSource } from '../../src/plan/source.ts';

const digest = (endpoint: string) => createHash('md5').update(endpoint).digest('hex');
const ACCOUNT: AccountSource = { ordinal: 1, kind: 'desk', codecs: null, maxContacts: 1, digest };
const ANN: ExtensionSource = {
  id: 'ann',
  number: '1001',
  displayName: 'Ann Lee',
  callerIdName: null,
  ringSeconds: 25,
  forwardAlways: null,
  forwardBusy: null,
  forwardNoAnswer: null,
  doNotDisturb: false,
  classOfService: 'national',
  pickupGroup: null,
  enabled: true,
  suspended: false,
  suspendedForward: null,
  company: { slug: 'acme', endpointPrefix: '', timezone: 'Europe/Berlin' },
  accounts: [ACCOUNT],
  mailbox: null,
};
const MAILBOX = {
  box: null,
  pin: '471100',
  email: null,
  attach: true,
  deleteAfterMail: false,
  timezone: null,
  enabled: true,
};
const ACME: CompanySource = {
  id: 'acme',
  slug: 'acme',
  endpointPrefix: '',
  ranges: [['1000', '1999']],
  country: 'DE',
  trunk: null,
  outgoingCallerId: null,
  emergencyNumbers: ['112', '110'],
};

const objectsOf = (more: Partial<ExtensionSource> = {}) => new Map(projectExtension({ ...ANN, ...more }));
const fieldsOf = (objects: Map<Ref, string>, ref: Ref): Record<string, string> =>
  JSON.parse(objects.get(ref) ?? 'null');

t.test('a plain extension is three SIP objects and its behaviour', async (t) => {
  const objects = objectsOf();
  t.same([...objects.keys()], ['auth/1001', 'aor/1001', 'endpoint/1001', 'extension/acme/1001']);
  t.same(fieldsOf(objects, 'auth/1001'), {
    auth_type: 'md5',
    username: '1001',
    realm: 'linekeeper',
    md5_cred: digest('1001'),
  });
  t.same(fieldsOf(objects, 'aor/1001'), { max_contacts: '1', remove_existing: 'yes' });
  t.same(fieldsOf(objects, 'extension/acme/1001'), { accounts: '1001' });
  t.match(fieldsOf(objects, 'endpoint/1001'), {
    context: 'lk-acme',
    auth: '1001',
    aors: '1001',
    callerid: '"Ann Lee" <1001>',
  });
});

t.test('of the behaviour only what is not the default is written', async (t) => {
  const objects = objectsOf({
    ringSeconds: 40,
    forwardAlways: '1002',
    forwardBusy: '+4930123456',
    forwardNoAnswer: '1003',
    doNotDisturb: true,
    classOfService: 'international',
    mailbox: MAILBOX,
  });
  t.same(fieldsOf(objects, 'extension/acme/1001'), {
    accounts: '1001',
    ring: '40',
    forwardAlways: '1002',
    forwardBusy: '+4930123456',
    forwardNoAnswer: '1003',
    dnd: 'yes',
    mailbox: '1001@lk-acme-01',
    class: 'international',
  });
});

t.test('a disabled extension has no phones, keeps its mailbox, and says so', async (t) => {
  const objects = objectsOf({ enabled: false, mailbox: MAILBOX });
  t.same([...objects.keys()], ['mailbox/1001@lk-acme-01', 'extension/acme/1001']);
  t.same(fieldsOf(objects, 'extension/acme/1001'), { mailbox: '1001@lk-acme-01', enabled: 'no' });
});

t.test('a suspended extension has no phones, whatever enabled says', async (t) => {
  for (const enabled of [true, false]) {
    const objects = objectsOf({ enabled, suspended: true, mailbox: MAILBOX });
    t.same([...objects.keys()], ['mailbox/1001@lk-acme-01', 'extension/acme/1001']);
    t.same(fieldsOf(objects, 'extension/acme/1001'), { mailbox: '1001@lk-acme-01', enabled: 'no' });
  }
});

t.test('callers of a suspended extension go where its user left them', async (t) => {
  const forwarded = objectsOf({ suspended: true, suspendedForward: '1004', forwardAlways: '1005', mailbox: MAILBOX });
  t.match(fieldsOf(forwarded, 'extension/acme/1001'), { enabled: 'no', forwardSuspended: '1004' });
  const nothing = objectsOf({ suspended: true, suspendedForward: 'nothing', mailbox: MAILBOX });
  t.same(fieldsOf(nothing, 'extension/acme/1001'), { enabled: 'no' }, 'neither a mailbox nor a forwarding');
  t.ok(nothing.has('mailbox/1001@lk-acme-01'), 'the mailbox itself stays, with its PIN');
  const back = objectsOf({ suspended: false, suspendedForward: '1004' });
  t.same(fieldsOf(back, 'extension/acme/1001'), { accounts: '1001' }, 'and an extension in use knows nothing of it');
});

t.test('a disabled mailbox is nowhere', async (t) => {
  const objects = objectsOf({ mailbox: { ...MAILBOX, enabled: false } });
  t.notMatch(JSON.stringify([...objects]), /mailbox|mwi/);
});

t.test('a mailbox with a number of its own keeps it, whatever the extension is called', async (t) => {
  const objects = objectsOf({ mailbox: { ...MAILBOX, box: '1077' } });
  t.ok(objects.has('mailbox/1077@lk-acme-13'));
  t.match(fieldsOf(objects, 'extension/acme/1001'), { mailbox: '1077@lk-acme-13' });
  t.match(fieldsOf(objects, 'endpoint/1001'), { mailboxes: '1077@lk-acme-13' });
  t.match(fieldsOf(objects, 'aor/1001'), { mailboxes: '1077@lk-acme-13', voicemail_extension: '*97' });
});

t.test('a mailbox without a zone of its own has that of the company', async (t) => {
  t.match(objectsOf({ mailbox: MAILBOX }).get('mailbox/1001@lk-acme-01'), /tz=Europe\/Berlin$/);
  const own = objectsOf({ mailbox: { ...MAILBOX, timezone: 'Asia/Tokyo' } });
  t.match(own.get('mailbox/1001@lk-acme-01'), /tz=Asia\/Tokyo$/);
});

t.test('a second company names its endpoints after itself', async (t) => {
  const company = { slug: 'beta', endpointPrefix: 'beta-', timezone: 'UTC' };
  const objects = objectsOf({
    company,
    accounts: [ACCOUNT, { ...ACCOUNT, ordinal: 2, kind: 'webrtc' }],
    pickupGroup: 'sales',
  });
  t.ok(objects.has('endpoint/beta-1001') && objects.has('endpoint/beta-1001-2'));
  t.equal(fieldsOf(objects, 'extension/beta/1001').accounts, 'beta-1001&beta-1001-2');
  t.equal(fieldsOf(objects, 'auth/beta-1001').md5_cred, digest('beta-1001'), 'the digest is of this endpoint');
  t.equal(fieldsOf(objects, 'endpoint/beta-1001').named_pickup_group, 'beta-sales', 'groups do not cross companies');
  t.equal(fieldsOf(objects, 'endpoint/beta-1001-2').webrtc, 'yes');
  t.equal(fieldsOf(objects, 'endpoint/beta-1001').webrtc, undefined);
});

t.test('the caller id name wins over the display name', async (t) => {
  t.equal(fieldsOf(objectsOf({ callerIdName: 'Sales' }), 'endpoint/1001').callerid, '"Sales" <1001>');
});

t.test('a name cannot leave its quotes', async (t) => {
  const objects = objectsOf({ displayName: 'a" <9999>,"' });
  t.match(fieldsOf(objects, 'endpoint/1001').callerid, /^"[^"<>]*" <1001>$/);
});

t.test('a number that rings nowhere does not exist for the PBX', async (t) => {
  const number = { id: 'n', e164: '+4930123456', companySlug: 'acme' };
  t.same(projectNumber({ ...number, extension: null }), []);
  t.same(projectNumber({ ...number, extension: '1001' }), [
    ['number/4930123456', '{"company":"acme","extension":"1001"}'],
  ]);
});

t.test('a company is its dialling plan and a context that fixes it', async (t) => {
  const objects = new Map(projectCompany(ACME));
  t.same(fieldsOf(objects, 'company/acme'), {
    country: '49',
    international: '00',
    national: '0',
    emergency: '112&110',
  });
  t.match(objects.get('context/lk-acme'), /^exten = _\[\+\*0-9\]!,1,MSet\(LK_COMPANY=acme,LK_PREFIX=\)\n/);
  t.notMatch(objects.get('context/lk-acme'), '=>', 'UpdateConfig drops a leading >');
  const beta = new Map(projectCompany({ ...ACME, slug: 'beta', endpointPrefix: 'beta-' }));
  t.match(beta.get('context/lk-beta'), /LK_COMPANY=beta,LK_PREFIX=beta-/);
});

t.test('a company of any country can be projected', async (t) => {
  for (const country of getCountries()) t.equal(projectCompany({ ...ACME, country }).length, 2, country);
});

const name = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.constantFrom(
    '€'.repeat(80),
    '🦊'.repeat(40),
    '\\'.repeat(80),
    '"'.repeat(80),
    '\u0800'.repeat(80),
    "'".repeat(80),
  ),
);
const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
const target = fc.option(
  fc.oneof(
    digits(10),
    digits(14).map((rest) => `+1${rest}`),
  ),
  { nil: null },
);
const extension = fc.record({
  number: digits(10),
  displayName: name,
  callerIdName: fc.option(name, { nil: null }),
  forwardAlways: target,
  forwardBusy: target,
  forwardNoAnswer: target,
  doNotDisturb: fc.boolean(),
  enabled: fc.boolean(),
  ringSeconds: fc.integer({ min: 5, max: 120 }),
  pickupGroup: fc.option(fc.constant('x'.repeat(20)), { nil: null }),
  classOfService: fc.constantFrom('internal', 'national', 'international'),
  accounts: fc.integer({ min: 1, max: 5 }).map((count) =>
    Array.from(
      { length: count },
      (_, n): AccountSource => ({
        ordinal: n + 1,
        kind: n % 2 === 0 ? 'webrtc' : 'desk',
        codecs: [...CODECS],
        maxContacts: 10,
        digest,
      }),
    ),
  ),
  mailbox: fc.option(
    fc.record({
      pin: digits(6),
      email: fc.option(fc.constant(`${'a'.repeat(100)}@${'b'.repeat(15)}.org`), { nil: null }),
      attach: fc.boolean(),
      deleteAfterMail: fc.boolean(),
      timezone: fc.option(fc.constant('America/North_Dakota/New_Salem'), { nil: null }),
      enabled: fc.boolean(),
    }),
    { nil: null },
  ),
});
const WORST = {
  slug: 'a'.repeat(24),
  endpointPrefix: `${'a'.repeat(24)}-`,
  timezone: 'America/Argentina/ComodRivadavia',
};

t.test('the largest inputs that are allowed fit into an AMI line, as flat objects of strings', async (t) => {
  let largest = 0;
  fc.assert(
    fc.property(extension, (source) => {
      for (const [ref, value] of projectExtension({ id: 'x', ...source, company: WORST } as ExtensionSource)) {
        largest = Math.max(largest, Buffer.byteLength(value));
        if (Buffer.byteLength(value) > 1017) return false;
        if (kindOf(ref) === 'mailbox') continue;
        const fields = JSON.parse(value) as Record<string, unknown>;
        if (!Object.values(fields).every((field) => typeof field === 'string' && field !== 'undefined')) return false;
        if (value.includes('null')) return false;
      }
      return true;
    }),
    { numRuns: 1500 },
  );
  t.comment(`largest value: ${largest} bytes`);
  const company = projectCompany({
    ...ACME,
    slug: WORST.slug,
    endpointPrefix: WORST.endpointPrefix,
    trunk: 'x'.repeat(40),
    outgoingCallerId: `+${'1'.repeat(15)}`,
    emergencyNumbers: Array(20).fill('123456'),
  });
  for (const [ref, value] of company) for (const line of value.split('\n')) t.ok(Buffer.byteLength(line) < 1000, ref);
});

t.test('the same source gives the same bytes', async (t) => {
  fc.assert(
    fc.property(extension, (source) => {
      const once = { id: 'x', ...source, company: WORST } as ExtensionSource;
      const again = Object.fromEntries(Object.entries(once).reverse()) as unknown as ExtensionSource;
      return JSON.stringify(projectExtension(once)) === JSON.stringify(projectExtension(again));
    }),
    { numRuns: 200 },
  );
  t.pass('no counterexample');
});

t.test('every object knows its owner', async (t) => {
  const number = { id: 'n', e164: '+4930123456', companySlug: 'acme', extension: '1001' };
  const objects = desiredObjects({ companies: [ACME], extensions: [ANN], numbers: [number] });
  const owners = Object.fromEntries([...objects].map(([ref, { owner }]) => [ref, `${owner.type} ${owner.id}`]));
  t.same(owners, {
    'company/acme': 'company acme',
    'context/lk-acme': 'company acme',
    'auth/1001': 'extension ann',
    'aor/1001': 'extension ann',
    'endpoint/1001': 'extension ann',
    'extension/acme/1001': 'extension ann',
    'number/4930123456': 'number n',
  });
});

t.test(
  'what stands beside an endpoint of the operator is never taken away from there, and nothing else may stand there',
  async (t) => {
    const accounts = [
      { ...ACCOUNT, isBeside: true },
      { ...ACCOUNT, ordinal: 2 },
    ];
    const disabled = desiredObjects({ companies: [], extensions: [{ ...ANN, enabled: false, accounts }], numbers: [] });
    t.same([...disabled.keys()], ['auth/1001', 'aor/1001', 'endpoint/1001', 'extension/acme/1001']);
    const enabled = desiredObjects({ companies: [], extensions: [{ ...ANN, accounts }], numbers: [] });
    t.same(
      [...enabled].filter(([, { isBeside }]) => isBeside === true).map(([ref]) => ref),
      ['auth/1001', 'aor/1001', 'endpoint/1001'],
    );
  },
);
