import t from 'tap';
import { issueShortCode } from '../../src/phones/address/short-codes.ts';
import { createTestProvisioning } from '../support/provisioning.ts';
import { ask } from '../support/raw-http.ts';

t.test(
  'what somebody types on a phone leads to its first address, for an hour and while the window is open',
  async (t) => {
    const p = await createTestProvisioning(t);
    const device = await p.device();
    const first = await p.firstAddress(device);
    const { code } = await p.db.write((tx) => issueShortCode(tx, device.id, new Date()));
    const answer = await ask(p.url, `/s/${code}`);
    t.match(answer, { status: 302, headers: { location: first, 'cache-control': 'no-store' } });
    const typed = `${code.slice(0, 4)}-${code.slice(4)}`.toLowerCase();
    t.equal((await ask(p.url, `/s/${typed}/${device.mac}.cfg`)).headers.location, `${first}${device.mac}.cfg`);
    t.equal((await ask(p.url, new URL(`${first}${device.mac}.cfg`).pathname)).status, 200);

    const refused = await ask(p.url, `/p/${'x'.repeat(32)}/${device.mac}.cfg`);
    const strange = [
      '00000000',
      code.slice(1),
      `${code}0000`,
      `${code}/a/b`,
      `${code}%2f..`,
      `${code}/%0d%0aSet-Cookie:x`,
    ];
    for (const path of strange) {
      const wrong = await ask(p.url, `/s/${path}`);
      t.equal(wrong.head, refused.head, path);
      t.same(wrong.body, refused.body, path);
    }
    t.equal((await ask(p.url, `/s/${code}`, { method: 'PUT' })).status, 404);
    t.notMatch(p.logged.join('\n'), new RegExp(code), 'no log holds the code');
    p.later(3_600_001);
    t.equal((await ask(p.url, `/s/${code}`)).status, 404, 'its hour is over');
  },
);

t.test('wrong codes are misses, and end in a ban', async (t) => {
  const p = await createTestProvisioning(t, { config: { missesBeforeBan: 5 } });
  const device = await p.device();
  await p.firstAddress(device);
  const { code } = await p.db.write((tx) => issueShortCode(tx, device.id, new Date()));
  for (let i = 0; i < 6; i++) await ask(p.url, `/s/0000000${i}`);
  t.equal((await ask(p.url, `/s/${code}`)).status, 404);
  t.ok(p.logged.some((line) => line.includes('phone address banned')));
});
