import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { createTestApp } from '../support/app.ts';
import { createCli } from '../support/cli.ts';

const CALL = '1700000000.1';

t.test('acting through the command line', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const extension = await api.extension(company.id, '1001');
  const names = { username: 'anna', firstName: 'A', lastName: 'B' };
  const user = await api.call('POST', '/users', { body: { companyId: company.id, ...names } });
  await api.call('PATCH', `/extensions/${extension.id}`, { body: { userId: user.body.id } });
  api.port.links.start();
  api.port.connect();
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.app.server.address() as AddressInfo;
  const env = { LINEKEEPER_URL: `http://127.0.0.1:${port}`, LINEKEEPER_TOKEN: await api.token(['admin']) };
  const folder = t.testdir();
  const cli = createCli(folder);
  const linekeeper = (...args: string[]) => cli(args, { env });
  const register = () =>
    api.port.contacts.set('1001', [{ uri: 'sip:1001@10.0.0.7:5060', userAgent: 'Snom', expiresAt: 1, address: null }]);

  api.port.addChannel('1001', CALL);
  t.match(await linekeeper('call', 'transfer', CALL, '1001'), { code: 1, err: /^PBX_ACTIONS_UNAVAILABLE/ });
  t.match(await linekeeper('call', 'transfer', CALL, '1001', '--keep', 'me'), { code: 1, err: /Allowed choices/ });
  t.match(await linekeeper('call', 'hangup', CALL), { code: 0, out: '1 channel hung up\n' });
  t.match(await linekeeper('call', 'hangup', CALL), { code: 1, err: /^NOT_FOUND: there is no such call/ });
  t.match(await linekeeper('call', 'test', '1001'), {
    code: 2,
    out: /^extension 1001: not registered after [\d.]+ s\n$/,
  });
  t.match(await linekeeper('call', 'test', '1001', '--ring', '90'), { code: 1, err: /5 to 60/ });

  t.match(await linekeeper('extension', 'message', '1001', 'Hello'), { code: 1, err: /^PHONE_NOT_REGISTERED/ });
  register();
  t.match(await linekeeper('extension', 'message', '1001', 'Hello'), {
    code: 0,
    out: /1001 +Snom +sip:1001@10\.0\.0\.7:5060 +sent/,
  });
  t.match(await linekeeper('extension', 'message', '1001', 'refuse'), { code: 2, out: /AMI_REFUSED/ });
  t.match(await linekeeper('extension', 'throw-off', '1001'), {
    code: 0,
    out: /registrations +1 thrown off, 0 left\n.*--rotate keeps it off/,
  });
  register();
  const rotated = await linekeeper('extension', 'throw-off', '1001', '--rotate', '--end-calls');
  t.match(rotated, {
    code: 0,
    out: /calls +0 channels hung up, 0 left\nsecret .*read back.*\nshown once: user 1001, secret [A-Za-z0-9]{24}\n/,
  });

  register();
  t.match(await linekeeper('user', 'kick', 'anna'), {
    code: 0,
    out: /^anna kicked.*\nsessions +0 ended, 0 left\nregistrations +1 thrown off, 0 left\ncalls +0 channels hung up, 0 left\n$/,
  });
  const all = await linekeeper('user', 'kick', 'anna', '--keep-sessions', '--keep-calls', '--tokens', '--rotate');
  t.match(all, {
    code: 0,
    out: /API tokens +0 deleted, 0 left\nregistrations .*\nsecrets +1 new.*\nshown once: user 1001/,
  });
  t.notMatch(all.out, 'sessions');

  const secrets = { events: 'e', query: 'q', sync: 's', config: 'c', act: 'a' };
  writeFileSync(join(folder, 'secrets.json'), JSON.stringify(secrets));
  t.match(await linekeeper('pbx', 'set', 'main'), { code: 1, err: /^NOTHING_TO_CHANGE/ });
  const file = join(folder, 'secrets.json');
  t.match(await linekeeper('pbx', 'set', 'main', '--secrets-file', file), { code: 0, out: /^PBX main changed/ });
  const event = await api.db.read.auditEvent.findFirstOrThrow({ where: { action: 'pbx.updated' } });
  t.match(JSON.parse(event.details ?? ''), { logins: ['events', 'query', 'sync', 'config', 'act'] });
});
