import { createHash } from 'node:crypto';
import t from 'tap';
import { connectPbx } from '../../src/asterisk/pbx-connection.ts';
import { verifyRegistration } from '../../src/asterisk/verify-registration.ts';
import { startAsterisk, until } from '../support/asterisk.ts';

const pbx = await startAsterisk(t);
const connection = connectPbx({ host: pbx.host, port: pbx.amiPort, logins: pbx.logins });
t.teardown(() => connection.stop());
connection.start();
await until(() => connection.ready, 'the connection');
const { wsUrl } = pbx;
const secret = 'secret-of-1001';

const digest = createHash('md5').update(`1001:linekeeper:${secret}`).digest('hex');
const objects = {
  auth: { auth_type: 'md5', username: '1001', realm: 'linekeeper', md5_cred: digest },
  aor: { max_contacts: '1', remove_existing: 'yes' },
  endpoint: { context: 'lk-acme', auth: '1001', aors: '1001', disallow: 'all', allow: 'ulaw' },
};
const writes = Object.entries(objects).map(([kind, value]) => ({
  ref: `${kind}/1001`,
  before: undefined,
  after: JSON.stringify(value),
}));

t.test('an account that works registers and leaves nothing behind', async (t) => {
  t.ok((await connection.port.apply(writes)).every(({ ok }) => ok));
  const proof = await verifyRegistration({ wsUrl, endpoint: '1001', secret });
  t.ok(proof.registeredMs <= proof.totalMs);
  t.same(await connection.port.contactsOf('1001'), []);
});

t.test('a wrong secret is refused with 401', async (t) => {
  const trial = verifyRegistration({ wsUrl, endpoint: '1001', secret: 'wrong' });
  await t.rejects(trial, {
    code: 'REGISTRATION_FAILED',
    details: { status: 401 },
    message: /does not take the secret/,
  });
});

t.test('an account that the PBX does not know is refused with 401 too', async (t) => {
  const trial = verifyRegistration({ wsUrl, endpoint: '4711', secret });
  await t.rejects(trial, { code: 'REGISTRATION_FAILED', details: { status: 401 } });
});

t.test('an aor that is missing is told', async (t) => {
  await connection.port.apply([{ ref: 'aor/1001', before: writes[1]?.after, after: undefined }]);
  const trial = verifyRegistration({ wsUrl, endpoint: '1001', secret });
  await t.rejects(trial, { code: 'REGISTRATION_FAILED', details: { status: 404 }, message: /not its aor/ });
});

t.test('a WebSocket that cannot be opened is told with its address', async (t) => {
  const trial = verifyRegistration({ wsUrl: 'ws://127.0.0.1:1/ws', endpoint: '1001', secret });
  await t.rejects(trial, { code: 'REGISTRATION_FAILED', message: /ws:\/\/127\.0\.0\.1:1\/ws cannot be opened/ });
});

t.test('a PBX that is frozen does not keep anybody waiting', async (t) => {
  pbx.freeze();
  t.teardown(() => pbx.thaw());
  const trial = verifyRegistration({ wsUrl, endpoint: '1001', secret, deadline: 1500 });
  await t.rejects(trial, { code: 'REGISTRATION_FAILED', message: /in time|cannot be opened/ });
});
