import t from 'tap';
import { createTestApp, type Json } from '../support/app.ts';

/** What names may be, and what then becomes of them: kept to the letter, or refused with this code. */
const NAMES: [what: string, name: string, code: string | undefined][] = [
  ['CR LF and an AMI action', 'Ann\r\nAction: Originate', 'TEXT_CONTROL_CHARACTER'],
  ['LF', 'Ann\nLee', 'TEXT_CONTROL_CHARACTER'],
  ['NUL', 'Ann\u0000', 'TEXT_CONTROL_CHARACTER'],
  ['ANSI escape', '\u001b[31mAnn', 'TEXT_CONTROL_CHARACTER'],
  ['line separator', 'Ann\u2028Lee', 'TEXT_CONTROL_CHARACTER'],
  ['RTL override', 'Ann\u202eeeL', 'TEXT_BIDI_CONTROL'],
  ['isolate', 'Ann\u2066Lee', 'TEXT_BIDI_CONTROL'],
  ['a lone surrogate', 'Ann\ud83d', 'TEXT_NOT_UNICODE'],
  ['5 kB', 'x'.repeat(5000), 'TEXT_TOO_LONG'],
  ['blanks', '   ', 'TEXT_EMPTY'],
  ['dialplan', '${' + 'SHELL(touch /tmp/x)}', undefined],
  ['voicemail options', 'Ann,a@b.de,,attach=yes|exec=x', undefined],
  ['SIP header', '"Ann" <sip:1001@x>;tag=1', undefined],
  ['SQL', `'); DROP TABLE "Extension"; --`, undefined],
  ['HTML', '<img src=x onerror=alert(1)>', undefined],
  ['a CSV formula', '=cmd|calc!A0', undefined],
  ['emoji and families', '👩‍👩‍👧 Ann', undefined],
  ['scripts', 'Ελένη Иван 李', undefined],
  ['JSON', '{"a":[1]}', undefined],
  ['prototype words', '__proto__', undefined],
  ['backslashes', 'C:\\Ann\\', undefined],
];

t.test('names of every kind are text: kept to the letter, or refused with a code', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const post = async (path: string, body: object) => (await api.call('POST', path, { body })).body;
  const extension = await api.extension(company.id, '1001');
  const site = await post('/sites', { companyId: company.id, name: 'Here' });
  const user = await post('/users', { companyId: company.id, username: 'u', firstName: 'F', lastName: 'L' });
  const number = await post('/numbers', { companyId: company.id, e164: '+4930123456' });
  const places: [path: string, field: string][] = [
    [`/companies/${company.id}`, 'name'],
    [`/sites/${site.id}`, 'name'],
    [`/users/${user.id}`, 'username'],
    [`/users/${user.id}`, 'firstName'],
    [`/extensions/${extension.id}`, 'displayName'],
    [`/extensions/${extension.id}`, 'callerIdName'],
    [`/extensions/${extension.id}/accounts/1`, 'label'],
    [`/numbers/${number.id}`, 'note'],
    [`/pbxes/${api.pbxId}`, 'name'],
  ];
  for (const [path, field] of places) {
    for (const [what, name, code] of NAMES) {
      const answer = await api.call('PATCH', path, { body: { [field]: name } });
      if (code !== undefined) {
        t.match(answer, { status: 400, body: { errors: [{ path: field, code }] } }, `${what} as ${field} of ${path}`);
        continue;
      }
      t.equal(answer.status, 200, `${what} as ${field} of ${path}`);
      const read = path.includes('/accounts/') ? answer : await api.call('GET', path);
      t.equal(read.body[field], name, `${what} comes back as it was`);
    }
  }
  t.equal((await api.call('GET', '/extensions')).body.total, 1, 'the table is still there');
});

t.test('hostile names stay text in lists, searches, sorts, cursors and plans', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const kept = NAMES.filter(([, , code]) => code === undefined).map(([, name]) => name);
  for (const displayName of kept) {
    t.equal((await api.call('POST', '/extensions', { body: { companyId: company.id, displayName } })).status, 201);
  }
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const path = `/extensions?sort=displayName&limit=2${cursor && `&cursor=${cursor}`}`;
    const page: { body: Json } = await api.call('GET', path);
    seen.push(...page.body.items.map((item: Json) => item.displayName));
    cursor = page.body.nextCursor;
  }
  t.same([...seen].sort(), [...kept].sort());
  for (const name of kept) {
    const found = await api.call('GET', `/extensions?q=${encodeURIComponent(name)}`);
    t.equal(found.body.total, 1, `found by ${name}`);
  }
  const dialplan = await api.call('POST', '/extensions?dryRun=true', {
    body: { companyId: company.id, displayName: '${' + 'SHELL(x)}', mailbox: {} },
  });
  const written = JSON.stringify(dialplan.body.plan.changes);
  t.notMatch(written, /\$\{|SHELL\(x\)\}/, 'nothing that the PBX would run is on its way to it');
});

t.test('cursors that were made by hand', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  await api.extension(company.id, '1001');
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const bad = [
    [],
    {},
    null,
    ['number'],
    ['number', null, null],
    ['number', {}, 'x'],
    [['number'], 'a', 'b'],
    ['number', 'a', 'b', 'c'],
  ];
  for (const value of bad) {
    const answer = await api.call('GET', `/extensions?cursor=${encode(value)}`);
    t.match(answer, { status: 400, body: { code: 'CURSOR_INVALID' } }, JSON.stringify(value));
  }
  for (const value of [
    ['number', "' OR 1=1 --", 'x'],
    ['number', 1e308, -1],
    ['number', '', ''],
  ]) {
    t.equal((await api.call('GET', `/extensions?cursor=${encode(value)}`)).status, 200, JSON.stringify(value));
  }
});
