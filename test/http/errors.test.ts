import t from 'tap';
import { createTestApp, type Json, pbxInput, type TestApp } from '../support/app.ts';

/** Valid bodies; a wrong value goes into one field after the other. */
async function bodies(api: TestApp): Promise<[method: string, path: string, body: Json][]> {
  const company = await api.company('acme');
  const extension = await api.extension(company.id, '1001', { mailbox: {} });
  const site = (await api.call('POST', '/sites', { body: { companyId: company.id, name: 'Here' } })).body;
  const person = { username: 'u', firstName: 'F', lastName: 'L' };
  const user = (await api.call('POST', '/users', { body: { companyId: company.id, ...person } })).body;
  const number = (await api.call('POST', '/numbers', { body: { companyId: company.id, e164: '+4930123456' } })).body;
  const fields = {
    name: 'x',
    ranges: [['1000', '1999']],
    country: 'DE',
    timezone: 'Europe/Berlin',
    trunk: 't',
    outgoingCallerId: '+4930123456',
    emergencyNumbers: ['112'],
    quarantineDays: 1,
  };
  const line = {
    displayName: 'x',
    callerIdName: 'x',
    userId: user.id,
    siteId: site.id,
    ringSeconds: 20,
    forwardAlways: '1002',
    forwardBusy: '1002',
    forwardNoAnswer: '1002',
    doNotDisturb: false,
    classOfService: 'internal',
    pickupGroup: 'x',
    enabled: true,
    mailbox: {},
  };
  const mailbox = {
    pin: '836291',
    email: 'a@b.de',
    attach: true,
    deleteAfterMail: false,
    timezone: 'UTC',
    enabled: true,
  };
  const account = { kind: 'desk', codecs: ['alaw'], maxContacts: 1 };
  const personal = {
    username: 'v',
    firstName: 'F',
    lastName: 'L',
    email: 'a@b.de',
    siteId: site.id,
    language: 'en',
    timezone: 'UTC',
  };
  const pbx = {
    ...pbxInput('other'),
    amiPort: 5038,
    tls: false,
    wsUrl: 'ws://x/',
    driftPolicy: 'report',
    pinConflict: 'phone',
    enabled: true,
  };
  return [
    ['POST', '/companies', { pbxId: api.pbxId, slug: 'other', ...fields }],
    ['PATCH', `/companies/${company.id}`, fields],
    ['POST', '/sites', { companyId: company.id, name: 'x', timezone: 'UTC' }],
    ['PATCH', `/sites/${site.id}`, { name: 'x', timezone: 'UTC' }],
    ['POST', '/users', { companyId: company.id, ...personal }],
    ['PATCH', `/users/${user.id}`, personal],
    [
      'POST',
      '/extensions',
      {
        companyId: company.id,
        number: '1002',
        siteName: 'Here',
        ...line,
        account,
        phoneNumbers: ['+4930123456'],
        user: person,
      },
    ],
    ['PATCH', `/extensions/${extension.id}`, line],
    ['PATCH', `/extensions/${extension.id}/mailbox`, mailbox],
    ['POST', `/extensions/${extension.id}/accounts`, { ...account, label: 'x' }],
    ['PATCH', `/extensions/${extension.id}/accounts/1`, { ...account, label: 'x' }],
    ['POST', '/numbers', { companyId: company.id, e164: '+4930123457', note: 'x' }],
    ['POST', '/numbers/ranges', { companyId: company.id, from: '+4930123460', to: '+4930123469', note: 'x' }],
    ['PATCH', `/numbers/${number.id}`, { note: 'x' }],
    ['POST', `/numbers/${number.id}/assign`, { extensionId: extension.id }],
    ['POST', '/pbxes', pbx],
    ['PATCH', `/pbxes/${api.pbxId}`, pbx],
    ['POST', '/tokens', { name: 'x', scopes: ['read'], companyId: company.id, expiresAt: '2100-01-01T00:00:00Z' }],
    ['POST', `/sync/${api.pbxId}/approve`, { planId: 'x' }],
  ];
}

const WRONG: [string, unknown][] = [
  ['an empty list', []],
  ['a nested list', [[null]]],
  ['an object', { toString: 'x' }],
  ['null', null],
  ['true', true],
  ['a number', 4.5],
  ['a huge number', 1e300],
  ['a control character', 'a\r\nAction: Originate'],
  ['NUL', 'a\u0000b'],
  ['5 kB', 'x'.repeat(5000)],
  ['a lone surrogate', '\ud800'],
];

t.test(
  'a wrong value in any field is refused by name, or is a value that the field really takes; it is never a 5xx',
  async (t) => {
    const api = await createTestApp(t);
    let refused = 0;
    for (const [method, path, body] of await bodies(api)) {
      for (const field of Object.keys(body)) {
        for (const [what, value] of WRONG) {
          const answer = await api.call(method, `${path}?dryRun=true`.replace(/(approve)\?dryRun=true/, '$1'), {
            body: { ...body, [field]: value },
          });
          const name = `${method} ${path} with ${what} as ${field}`;
          if (answer.status < 300) {
            // What a field may take: nullable ones null, switches true, lists the empty one.
            t.ok(isPlausible(field, value), `${name} was taken`);
          } else {
            refused++;
            if (answer.status >= 500 || (answer.status === 400 && !names(answer.body, field)))
              t.fail(name, answer.body);
          }
        }
      }
    }
    t.ok(refused > 1000, `${refused} refusals`);
  },
);

function names(problem: Json, field: string): boolean {
  return (problem.errors as Json[] | undefined)?.some((error) => `${error.path}.`.startsWith(`${field}.`)) === true;
}

function isPlausible(field: string, value: unknown): boolean {
  if (value === null)
    return !['name', 'slug', 'number', 'displayName', 'username', 'host', 'scopes', 'ranges'].includes(field);
  if (value === true) return ['tls', 'enabled', 'doNotDisturb', 'attach', 'deleteAfterMail'].includes(field);
  return Array.isArray(value) && value.length === 0 && ['emergencyNumbers', 'phoneNumbers'].includes(field);
}

t.test('an unknown field is refused, in every body', async (t) => {
  const api = await createTestApp(t);
  for (const [method, path, body] of await bodies(api)) {
    for (const field of ['id', 'version', 'secretSealed', 'role', 'constructor2']) {
      const answer = await api.call(method, path, { body: { ...body, [field]: 'x' } });
      t.match(answer, { status: 400, body: { errors: [{ code: 'FIELD_UNKNOWN' }] } }, `${method} ${path} ${field}`);
    }
  }
});

t.test('a body that is no object is refused', async (t) => {
  const api = await createTestApp(t);
  for (const [method, path] of await bodies(api)) {
    for (const body of ['[]', 'null', 'true', '0', '"x"', '[{}]']) {
      const answer = await api.inject({
        method: method as 'POST',
        url: `/api/v1${path}`,
        headers: { authorization: `Bearer ${await admin(api)}`, 'content-type': 'application/json' },
        payload: body,
      });
      t.equal(answer.statusCode, 400, `${method} ${path} ${body}`);
    }
  }
});

t.test('every wrong field of a request is told at once, with path, code and message', async (t) => {
  const api = await createTestApp(t);
  const body = { name: '', slug: 'NO', ranges: [['9', '1']], country: 'XX', timezone: 'Mars', quarantineDays: -1 };
  const answer = await api.call('POST', '/companies', { body });
  t.equal(answer.status, 400);
  t.same(
    answer.body.errors.map((error: Json) => [error.path, error.code]),
    [
      ['slug', 'SLUG_INVALID'],
      ['name', 'TEXT_EMPTY'],
      ['ranges.0', 'RANGE_INVALID'],
      ['country', 'COUNTRY_UNKNOWN'],
      ['timezone', 'TIMEZONE_UNKNOWN'],
      ['quarantineDays', 'TOO_SMALL'],
    ],
  );
});

t.test('bodies that are not plain JSON', async (t) => {
  const api = await createTestApp(t);
  const good = JSON.stringify({ name: 'x', slug: 'x', ranges: [['10', '19']], country: 'DE', timezone: 'UTC' });
  const latin1 = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xe9]), Buffer.from('"}')]);
  const json = 'application/json';
  const cases: [what: string, type: string | undefined, payload: string | Buffer, status: number, code: string][] = [
    ['text', 'text/plain', good, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a form', 'application/x-www-form-urlencoded', 'name=x', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a type with a suffix', 'application/jsonx', good, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['two types', 'application/json, text/plain', good, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['no type', undefined, good, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['merge patch with POST', 'application/merge-patch+json', good, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['cut JSON', json, good.slice(0, -1), 400, 'BODY_INVALID'],
    ['nothing', json, '', 400, 'VALIDATION_FAILED'],
    ['not UTF-8', json, latin1, 400, 'BODY_INVALID'],
    ['__proto__', json, `${good.slice(0, -1)},"__proto__":{"x":1}}`, 400, 'BODY_INVALID'],
    ['constructor.prototype', json, `${good.slice(0, -1)},"constructor":{"prototype":{}}}`, 400, 'BODY_INVALID'],
    ['over 1 MiB', json, JSON.stringify({ name: 'x'.repeat(1_100_000) }), 413, 'PAYLOAD_TOO_LARGE'],
    ['100,000 brackets', json, '['.repeat(100_000), 400, 'BODY_INVALID'],
  ];
  const token = await api.token(['admin']);
  for (const [what, type, payload, status, code] of cases) {
    const answer = await api.inject({
      method: 'POST',
      url: '/api/v1/companies',
      headers: { authorization: `Bearer ${token}`, ...(type === undefined ? {} : { 'content-type': type }) },
      payload,
    });
    t.equal(answer.statusCode, status, what);
    t.match(answer.json(), { code }, what);
  }
  t.equal((await api.call('GET', '/companies')).body.total, 0, 'none of it had an effect');
  for (const type of [
    'application/json\t',
    'application/json\t;',
    'application/json ;x=\t',
    'application/json;\tcharset=x',
  ]) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type };
    const answer = await api.inject({ method: 'POST', url: '/api/v1/companies', headers, payload: '{"name":[]}' });
    t.ok(
      [400, 415].includes(answer.statusCode),
      `${JSON.stringify(type)} is no way around validation (CVE-2026-25223)`,
    );
  }
  const upper = { authorization: `Bearer ${token}`, 'content-type': 'Application/JSON; charset=UTF-8' };
  const taken = await api.inject({ method: 'POST', url: '/api/v1/companies', headers: upper, payload: good });
  t.equal(taken.statusCode, 201, 'a type is compared without case and with parameters');
});

t.test('query strings', async (t) => {
  const api = await createTestApp(t);
  const wrong = [
    'limit=0', 'limit=501', 'limit=ten', 'limit=1&limit=2', 'limit=-1', 'limit=1.5', 'limit=', 'sort=secret', 'sort=', 'q=',
    'cursor=x', 'cursor=e30', 'nope=1', 'fields=slug,secret', 'fields=', 'sync=maybe', 'q=%00', '__proto__[x]=1',
    `q=${'x'.repeat(101)}`, `cursor=${'x'.repeat(2000)}`,
  ]; // biome-ignore format: one table
  for (const query of wrong) {
    const answer = await api.call('GET', `/companies?${query}`);
    t.equal(answer.status, 400, query);
    t.match(answer.body, { code: /VALIDATION_FAILED|CURSOR_INVALID/ });
  }
  for (const flag of ['1', 'yes', 'TRUE', '']) {
    t.equal((await api.call('DELETE', `/companies/x?dryRun=${flag}`)).status, 400, `dryRun=${flag} is no flag`);
  }
});

t.test('addresses that are broken or hostile', async (t) => {
  const api = await createTestApp(t);
  const token = await api.token(['admin']);
  for (const path of [
    '/companies/%zz',
    '/companies/%00',
    '/companies/%ff',
    '/companies/..%2f..%2fetc',
    `/companies/${'x'.repeat(300)}`,
    "/companies/';DROP TABLE",
  ]) {
    const answer = await api.inject({
      method: 'GET',
      url: `/api/v1${path}`,
      headers: { authorization: `Bearer ${token}` },
    });
    t.ok([400, 404, 414].includes(answer.statusCode), `${path.slice(0, 40)}: ${answer.statusCode}`);
    t.match(answer.json(), { type: /^urn:linekeeper:problem:/ });
  }
});

t.test('an error nobody foresaw tells its instance and nothing else', async (t) => {
  const api = await createTestApp(t, {
    plugins: [
      (app) => {
        app.get('/boom', { config: { scope: 'read' }, schema: { hide: true } }, async () => {
          throw new Error('password=hunter2');
        });
      },
    ],
  });
  const answer = await api.call('GET', '/boom');
  t.match(answer, { status: 500, body: { code: 'INTERNAL', status: 500 } });
  t.notMatch(answer.text, /hunter2/);
  t.ok(
    api.logged.some((line) => line.includes('hunter2') && line.includes(answer.body.instance)),
    'the log has the whole error under the instance',
  );
});

t.test('a route without a scope does not start', async (t) => {
  await t.rejects(createTestApp(t, { plugins: [(app) => void app.get('/open', async () => 'x')] }), /names no scope/);
});

function admin(api: TestApp): Promise<string> {
  return api.token(['admin']);
}
