import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { extensionExtrasSchema, extensionInputSchema } from '../../src/domain/extension-input.ts';
import { fieldErrors } from '../../src/domain/rule.ts';
import { until } from '../support/asterisk.ts';
import { onPbx, startCore } from '../support/core.ts';
import { INCOMING_TRUNK } from '../support/incoming-trunk.ts';
import { createPhones } from '../support/sipp.ts';

const folder = mkdtempSync(join(tmpdir(), 'lk-hostile-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
/** Stands there when somebody's text was run as a command. */
const OWNED = join(folder, 'owned');

/** Commands can be run on this PBX, or nothing here would prove anything: the operator has such an extension himself. */
const CONTROL = join(folder, 'control');
const dangerous = {
  'modules.conf': 'load=func_shell.so\nload=app_system.so\n',
  'extensions.conf': `[operator]\nexten => s,1,NoOp(\${SHELL(touch ${CONTROL})})\n same => n,Hangup()\n`,
};
const test = await startCore(t, { asterisk: { custom: { 'pjsip.conf': INCOMING_TRUNK.pjsip, ...dangerous } } });
const { pbx, ami, acme } = test;
const phones = createPhones(t, pbx.sipPort);
const seen = () => onPbx(pbx, ami);

const CORPUS: string[] = [
  'Ann\r\nAction: DBPut\r\nFamily: x\r\nKey: y\r\nVal: z\r\n\r\n',
  'Ann\n9999 = 1,Eve,,,',
  `\${SHELL(touch ${OWNED})}`,
  `\${SYSTEM(touch ${OWNED})}`,
  `Ann,1,x@example.org,,emailbody=\${SHELL(touch ${OWNED})}`,
  `Ann|emailbody=\${SHELL(touch ${OWNED})}`,
  `\`touch ${OWNED}\``,
  `$(touch ${OWNED})`,
  `'; touch ${OWNED}; '`,
  `"; touch ${OWNED}; "`,
  '"Ann" <sip:9999@example.org>',
  'Ann" <9999>, "Eve',
  'Ann\\',
  '[general]',
  '#exec /bin/true',
  '#include /etc/passwd',
  '> Ann',
  'Ann;comment',
  'Ann=>1',
  'x'.repeat(5000),
  '👩‍👩‍👧 Ann 🦊',
  'שלום أهلا',
  'Ann\u202eeve',
  'Ann\0Eve',
  '\ud800',
  '</script><script>alert(1)</script>',
  '=cmd|"/c calc"!A1',
  '@SUM(A1)',
  '%s%n%_',
  '../../etc/passwd',
  "Robert'); DROP TABLE Extension;--",
  'Ann\u2028Eve',
  '&PJSIP/1001',
  'null',
  '',
];

type Place = { field: string; input(text: string): object; extras?(text: string): object };
const PLACES: Place[] = [
  { field: 'displayName', input: (text) => ({ displayName: text }) },
  { field: 'callerIdName', input: (text) => ({ callerIdName: text }) },
  { field: 'pickupGroup', input: (text) => ({ pickupGroup: text }) },
  { field: 'forwardAlways', input: (text) => ({ forwardAlways: text }) },
  { field: 'forwardBusy', input: (text) => ({ forwardBusy: text }) },
  { field: 'forwardNoAnswer', input: (text) => ({ forwardNoAnswer: text }) },
  { field: 'mailbox.pin', input: (text) => ({ mailbox: { pin: text } }) },
  { field: 'mailbox.email', input: (text) => ({ mailbox: { email: text } }) },
  { field: 'mailbox.timezone', input: (text) => ({ mailbox: { timezone: text } }) },
  { field: 'siteId', input: (text) => ({ siteId: text }) },
  { field: 'userId', input: (text) => ({ userId: text }) },
  { field: 'siteName', input: () => ({}), extras: (text) => ({ siteName: text }) },
  { field: 'user.username', input: () => ({}), extras: (text) => ({ user: { username: text } }) },
  { field: 'user.firstName', input: () => ({}), extras: (text) => ({ user: { username: 'ann', firstName: text } }) },
  { field: 'user.email', input: () => ({}), extras: (text) => ({ user: { username: 'ann', email: text } }) },
  { field: 'account.secret', input: () => ({}), extras: (text) => ({ account: { secret: text } }) },
  { field: 'phoneNumbers', input: () => ({}), extras: (text) => ({ phoneNumbers: [text] }) },
];

/** The files of ours hold nothing but lines of the form that we write. */
function oddLines(): string[] {
  const files = readdirSync(pbx.configDir).filter((name) => /^linekeeper-(voicemail-\d\d|companies)\.conf$/.test(name));
  return files.flatMap((file) =>
    readFileSync(join(pbx.configDir, file), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith(';'))
      .filter(
        (line) =>
          !/^\[lk-acme(-\d\d)?\]$/.test(line) &&
          !/^\d{4} ?=>? ?\d{4,6},[^,;|[\]{}$"\\<>`]*,[^,;|[\]{}$"\\<>` ]*,,attach=(yes|no)\|delete=(yes|no)\|tz=[\w/]+$/.test(
            line,
          ) &&
          !(file.includes('companies') && /^exten ?=>? ?_/.test(line)),
      ),
  );
}

let next = 1000;
const names = new Map<string, string>();

t.test('every hostile text in every field is refused with a code, or stored exactly as given', async (t) => {
  for (const { field, input, extras } of PLACES) {
    const refused: string[] = [];
    for (const text of CORPUS) {
      const [given, more] = [
        extensionInputSchema.safeParse(input(text)),
        extensionExtrasSchema.safeParse(extras?.(text) ?? {}),
      ];
      const wrong = [given, more].flatMap((parsed) => (parsed.error ? fieldErrors(parsed.error) : []));
      if (wrong.length > 0) {
        refused.push(...wrong.map(({ code }) => code));
        if (!wrong.every(({ path, code }) => path.startsWith(field) && /^[A-Z0-9_]+$/.test(code)))
          t.fail(JSON.stringify(wrong));
        continue;
      }
      const number = String(next++);
      try {
        const { id } = await test.create(acme, number, { mailbox: { pin: '471100' }, ...given.data }, more.data ?? {});
        const row = await test.core.db.read.extension.findUniqueOrThrow({
          where: { id },
          include: { mailbox: true, user: true },
        });
        const stored = { ...row, user: row.user, mailbox: row.mailbox } as Record<string, unknown>;
        const value = field.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], stored);
        if (value !== text) t.fail(`${field} of ${number}: ${JSON.stringify(value)} is not ${JSON.stringify(text)}`);
        if (field === 'displayName') names.set(number, text);
      } catch (error) {
        const { code } = error as { code?: string };
        if (code !== 'REFERENCE_INVALID') t.fail(`${field}: ${String(error)}`);
        refused.push(code ?? '?');
      }
    }
    t.comment(`${field}: ${CORPUS.length - refused.length} stored, refused with ${[...new Set(refused)].join(' ')}`);
  }
  await test.synced();
  t.ok(names.size > 15, 'many are names');
});

t.test('the PBX holds what was meant and not one line more', async (t) => {
  t.same(await seen(), await test.desired());
  t.same(oddLines(), []);
  const mailboxes = Object.keys(await seen()).filter((ref) => ref.startsWith('mailbox/'));
  t.equal(mailboxes.length, await test.core.db.read.mailbox.count());
  t.match(await pbx.rx('voicemail show users'), new RegExp(`${mailboxes.length} voicemail users configured`));
  t.notOk((await ami.dbTree('')).has('/x/y'), 'no second action was run');
});

t.test('unchecked text, as a bug above us would pass it on, reaches the PBX as a name or not at all', async (t) => {
  const before = next;
  for (const text of CORPUS) {
    const displayName = text === '' ? ' ' : text;
    await test
      .create(acme, String(next++), { displayName, mailbox: { pin: '471100' } })
      .catch((error: { code?: string }) => {
        t.match(error, { code: /^[A-Z0-9_]+$/ }, JSON.stringify(text).slice(0, 60));
      });
  }
  await until(async () => {
    const { state, pending } = await test.status();
    return state === 'in-sync' && pending === 0;
  }, 'everything to be written or refused');
  const marks = await test.core.db.read.outbox.findMany({ where: { ownerType: 'extension' } });
  for (const { errorCode } of marks) t.match(errorCode, /^AMI_UNSAFE_VALUE$/);
  t.same(oddLines(), []);
  t.notOk((await ami.dbTree('')).has('/x/y'));
  for (const value of Object.values(await seen())) if (value.startsWith('{')) JSON.parse(value);
  const made = await test.core.db.read.extension.findMany({ where: { number: { gte: String(before) } } });
  for (const { id } of made) await test.remove(id);
  await test.synced();
  t.same(await seen(), await test.desired());
});

t.test('calls to and from them run nothing', async (t) => {
  const hostile = [...names].filter(([, name]) => name.includes(OWNED));
  t.ok(hostile.length >= 5);
  const numbers = hostile.map(([number]) => number);
  const calls = numbers.map((to, index) => {
    const name = [`\${SHELL(touch ${OWNED})}`, `\`touch ${OWNED}\``, `$(touch ${OWNED})`][index % 3] ?? '';
    return phones.trunkCall(INCOMING_TRUNK.ip, { from: '+4989999', to: `+49301234${to}`, name });
  });
  for (const call of calls) t.equal(await call.status(), 404, 'a number that nobody has');
  await ami.action({ Action: 'Originate', Channel: 'Local/s@operator', Application: 'Wait', Data: '1', Async: 'true' });
  await until(() => existsSync(CONTROL), "the operator's own command to run");
  await assign(numbers.slice(0, 3));
  const voicemails = numbers.slice(0, 3).map((to) =>
    phones.trunkCall(INCOMING_TRUNK.ip, {
      from: '+4989999',
      to: `+49301234${to}`,
      name: `\${SHELL(touch ${OWNED})}`,
      hold: 20_000,
    }),
  );
  for (const call of voicemails) t.equal(await call.status(), 200, 'the mailbox answers');
  for (const call of voicemails) await call.done;
  await until(() => messages().length === 3, 'three messages in the mailboxes', 20_000);
  t.notOk(existsSync(OWNED), 'no text of anybody was run');
  await pbx.rx('voicemail reload');
  await pbx.rx('dialplan reload');
  t.notOk(existsSync(OWNED), 'nor when the files are read again');
});

async function assign(numbers: string[]): Promise<void> {
  const context = { companyId: acme, actor: 'test', strategy: 'update', allowWeakPins: true, source: 'api' } as const;
  const rows = numbers.map((number, line) => ({
    line,
    number,
    input: {},
    extras: { phoneNumbers: [`+49301234${number}`] },
  }));
  await test.core.changes.run((tx) => test.core.batch.apply(tx, context, rows));
  await test.synced();
}

function messages(): string[] {
  const root = join(pbx.spoolDir, 'voicemail');
  const all = existsSync(root) ? readdirSync(root, { recursive: true }).map(String) : [];
  return all.filter((name) => /INBOX\/msg\d+\.txt$/.test(name));
}
