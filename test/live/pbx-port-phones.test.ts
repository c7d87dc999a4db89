import { createHash } from 'node:crypto';
import t from 'tap';
import { connectPbx } from '../../src/asterisk/pbx-connection.ts';
import { freePort, startAsterisk, until } from '../support/asterisk.ts';
import { createPhones } from '../support/sipp.ts';

const pbx = await startAsterisk(t);
const connection = connectPbx({ host: pbx.host, port: pbx.amiPort, logins: pbx.logins });
t.teardown(() => connection.stop());
connection.start();
await until(() => connection.ready && connection.state().events.state === 'ready', 'the connection');
const { port } = connection;
const phones = createPhones(t, pbx.sipPort);

function account(user: string, secret: string) {
  const digest = createHash('md5').update(`${user}:linekeeper:${secret}`).digest('hex');
  const objects = {
    auth: { auth_type: 'md5', username: user, realm: 'linekeeper', md5_cred: digest },
    aor: { max_contacts: '3', remove_existing: 'yes' },
    endpoint: { context: 'lk-acme', auth: user, aors: user, disallow: 'all', allow: 'ulaw' },
  };
  return Object.entries(objects).map(([kind, value]) => ({
    ref: `${kind}/${user}`,
    before: undefined,
    after: JSON.stringify(value),
  }));
}

t.test('a phone registers with what we wrote, is seen, and is thrown off alone', async (t) => {
  const results = await port.apply([...account('1001', 'secret-of-1001'), ...account('10010', 'secret-of-10010')]);
  t.ok(results.every((result) => result.ok));
  t.equal(await phones.register({ user: '1001', secret: 'secret-of-1001' }, await freePort()), 200);
  t.equal(await phones.register({ user: '10010', secret: 'secret-of-10010' }, await freePort()), 200);
  const [contact, ...more] = await port.contactsOf('1001');
  t.same(more, []);
  t.match(contact?.uri, /^sip:1001@127\.0\.0\.1:\d+/);
  t.notMatch(contact?.uri, /\^3B/);
  t.ok((contact?.expiresAt ?? 0) * 1000 > Date.now());

  await port.dropRegistrations(['1001']);
  t.same(await port.contactsOf('1001'), []);
  t.equal((await port.contactsOf('10010')).length, 1);
  t.match(await pbx.rx('pjsip show contacts'), /10010\/sip/);
  t.notMatch(await pbx.rx('pjsip show contacts'), /\b1001\/sip/);
});

t.test('why a phone was turned away can be asked', async (t) => {
  t.equal(connection.hints.lastRejection('1001'), undefined);
  t.equal(await phones.register({ user: '1001', secret: 'wrong' }, await freePort()), 401);
  const rejection = await until(() => connection.hints.lastRejection('1001'), 'the rejection');
  t.match(rejection, { reason: 'wrong secret', remoteAddress: /127\.0\.0\.1/ });
  await phones.register({ user: '7777', secret: 'wrong' }, await freePort());
  await until(() => connection.hints.lastRejection('7777'), 'the rejection of an unknown account');
  t.equal(connection.hints.lastRejection('7777')?.reason, 'no such account');
});
