import t from 'tap';
import { connectRemotePbx, type RemotePbx } from '../../src/asterisk/thread/remote-pbx.ts';
import { startAsterisk, until } from '../support/asterisk.ts';

const asterisk = await startAsterisk(t);
const seen: string[] = [];
let pbx: RemotePbx;

t.before(async () => {
  const { host, amiPort: port, logins } = asterisk;
  pbx = connectRemotePbx({ host, port, logins });
  pbx.onReady(() => seen.push('ready'));
  pbx.onDown((reason) => seen.push(`down ${reason}`));
  pbx.onHint((hint) => seen.push(hint.type));
});

t.test('before it is started it says why it cannot be used', async (t) => {
  await t.rejects(pbx.port.observe(), { code: 'PBX_UNREACHABLE' });
  t.match(await pbx.logins(), { query: { state: 'idle' } });
});

t.test('what is written is observed and read back, one bad object fails alone', async (t) => {
  pbx.start();
  await until(() => seen.includes('ready'), 'the logins');
  const good = { ref: 'number/4930123', before: undefined, after: '{"company":"acme","extension":"1001"}' };
  const bad = { ref: 'number/a b', before: undefined, after: '{}' };
  const tooLong = { ref: 'number/4930124', before: undefined, after: 'x'.repeat(2000) };
  const results = await pbx.port.apply([good, bad, tooLong]);
  t.match(results, [
    { ref: good.ref, ok: true },
    { ref: bad.ref, ok: false, code: 'AMI_UNSAFE_VALUE' },
    { ref: tooLong.ref, ok: false, code: 'AMI_LINE_TOO_LONG' },
  ]);
  t.strictSame(
    await pbx.port.observeRefs([good.ref, 'number/1']),
    new Map<string, string | undefined>([
      [good.ref, good.after],
      ['number/1', undefined],
    ]),
  );
  t.equal((await pbx.port.observe()).objects.get(good.ref), good.after);
  t.match(await pbx.port.counters(), { puts: 2, pjsipReloads: 0 });
  t.match(await pbx.port.version(), /^\d+\./);
});

t.test('a call that Asterisk never answers fails with its end, which is told; then the links come back', async (t) => {
  asterisk.freeze();
  const waiting = t.rejects(pbx.port.version(), { code: 'AMI_CLOSED' });
  await asterisk.kill9();
  await waiting;
  await until(() => seen.some((one) => one.startsWith('down')), 'the end of the links');
  await until(() => seen.filter((one) => one === 'ready').length === 2, 'the links to be ready again');
});

t.test('after a stop every call is refused at once', async (t) => {
  await pbx.stop();
  await t.rejects(pbx.port.version(), { code: 'PBX_UNREACHABLE' });
  await pbx.stop();
});
