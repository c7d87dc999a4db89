import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { loadConfig, packageRoot } from '../../src/config.ts';
import { phoneFollowParts } from '../../src/phone-following.ts';
import { PhoneSignals } from '../../src/phones/ports.ts';
import { createRevisions } from '../../src/phones/revisions/create-revisions.ts';
import { createRollOuts } from '../../src/phones/roll-outs/create-roll-outs.ts';
import { createTestApp } from '../support/app.ts';
import { until } from '../support/asterisk.ts';
import { noteFetched, seenOf } from '../support/devices.ts';

const TEMPLATE = 'templates/phones/yealink/device.cfg.liquid';
const log = pino({ level: 'silent' });

/** Devices that have fetched their files, and the revisions of them. */
async function setup(t: Test, count: number) {
  const api = await createTestApp(t);
  const { db, folder } = api;
  const acme = await api.company('acme');
  const own = join(folder, 'phones');
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(own, path)), { recursive: true });
    writeFileSync(join(own, path), text);
  };
  // The app of the test has definitions of its own.
  const parts = phoneFollowParts({ db, log }, loadConfig({ LINEKEEPER_DATA: folder }), own);
  const reload = async () => {
    const { body } = await api.call('POST', '/phones/templates/reload');
    await parts.releases.reload();
    parts.firmware.reload();
    return body;
  };
  await reload();
  const { resolve, render } = parts.releases;
  const revisions = createRevisions({ db, resolve, render, signals: new PhoneSignals(), log, quietSeconds: 0 });
  const rollOuts = createRollOuts({ db, log });
  t.teardown(async () => {
    await rollOuts.stop();
    await revisions.stop();
  });
  const devices: string[] = [];
  for (let i = 0; i < count; i++) {
    const body = { companyId: acme.id, mac: `00156500000${i}`, vendor: 'yealink', model: 'T54W' };
    devices.push((await api.call('POST', '/devices', { body })).body.id);
  }
  revisions.start();
  await revisions.drained();
  for (const id of devices) await noteFetched(db, id, 1);
  return {
    ...{ api, db, acme, devices, revisions, rollOuts, put, reload },
    shipped: readFileSync(join(packageRoot, TEMPLATE), 'utf8'),
    /** As a phone that was told fetches and registers, or does not. */
    async comesBack(id: string, followState = 'registered', firmware?: string) {
      await revisions.drained();
      const { wantedRevision } = await seenOf(db, id);
      const seen = { fetchedRevision: wantedRevision, fetchedAt: new Date(), followState };
      const reason = followState === 'timeout' ? { followReason: 'told 3 times, it did not fetch' } : {};
      await db.note((tx) =>
        tx.deviceSeen.update({ where: { deviceId: id }, data: { ...seen, ...reason, ...(firmware && { firmware }) } }),
      );
    },
    states: async (id: string) =>
      (await api.call('GET', `/roll-outs/${id}/devices`)).body.items
        .map((one: { state: string }) => one.state)
        .join(' '),
    rollOut: async (id: string) => (await api.call('GET', `/roll-outs/${id}`)).body,
  };
}

t.test('new templates reach new phones at once, and the others by a roll-out', async (t) => {
  const { api, db, acme, devices, put, reload, shipped, rollOuts, comesBack, states, rollOut, revisions } = await setup(
    t,
    3,
  );
  const [first, second, third] = devices as [string, string, string];
  const body = { companyId: acme.id, mac: '001565aaaaaa', vendor: 'yealink', model: 'T46U' };
  const isNew = (await api.call('POST', '/devices', { body })).body.id;
  put(TEMPLATE, `${shipped}\n# a line more\n`);
  t.match(await reload(), {
    isNew: true,
    held: 3,
    note: /added: own\/templates\/phones\/yealink\/device\.cfg\.liquid/,
  });
  t.match(await reload(), { isNew: false });
  await revisions.drained();
  const releases = (await api.call('GET', '/phones/templates')).body.items;
  t.match(releases, [
    { isNewest: true, devices: 0 },
    { isNewest: false, devices: 3 },
  ]);
  t.equal((await api.call('GET', `/devices/${first}`)).body.release, releases[1].hash);
  t.equal((await api.call('GET', `/devices/${isNew}`)).body.release, null);
  t.equal((await seenOf(db, first)).wantedRevision, 1, 'who is held has what he had');

  const [{ samples, ...counts }] = (await api.call('GET', '/roll-outs/preview')).body.vendors;
  t.match(counts, { vendor: 'yealink', devices: 3, changedDevices: 3, changedFiles: 3, problems: [] });
  t.match(samples[0].diff, /^\+# a line more$/m);
  for (const { diff } of samples) t.notMatch(diff, /password = (?!\*)\S/, 'secrets are stars');

  const limits = { first: 1, batch: 2, maxFailedShare: 0.5, waitMinutes: 1 };
  const order = { companyId: acme.id, kind: 'templates', limits };
  const made = (await api.call('POST', '/roll-outs', { body: order })).body;
  t.match(made, { state: 'ready', counts: { waiting: 3 } });
  rollOuts.start();
  t.equal((await api.call('POST', `/roll-outs/${made.id}/start`)).body.state, 'running');
  rollOuts.poke();
  await until(async () => (await states(made.id)) === 'asked waiting waiting', 'the first batch');
  t.equal((await api.call('GET', `/devices/${second}`)).body.release !== null, true, 'the others wait');
  await comesBack(first);
  t.equal((await seenOf(db, first)).wantedRevision, 2);
  await until(async () => (await states(made.id)) === 'done asked asked', 'the second batch');
  await comesBack(second);
  await comesBack(third);
  await until(async () => (await rollOut(made.id)).state === 'done', 'the end');
  t.match((await rollOut(made.id)).counts, { done: 3, failed: 0 });
  const verbs = (await api.call('GET', '/activity?objectType=roll_out&sort=at')).body.items;
  t.same(
    verbs.map(({ action }: { action: string }) => action),
    ['roll_out.created', 'roll_out.started', 'roll_out.finished'],
  );
  const nothing = await api.call('POST', '/roll-outs', { body: order });
  t.match(nothing, { status: 409, body: { code: 'ROLL_OUT_STATE_INVALID' } });
});

t.test('a roll-out stops by itself when phones fail, and goes on when somebody says so', async (t) => {
  const { api, acme, devices, put, reload, rollOuts, comesBack, states, rollOut } = await setup(t, 3);
  put('firmware/yealink/T54W-96.86.0.99.rom', 'firmware');
  t.match(await reload(), { firmwareChanged: true });
  const limits = { first: 1, batch: 5, maxFailedShare: 0, waitMinutes: 1 };
  const firmware = { companyId: acme.id, kind: 'firmware', vendor: 'yealink', model: 'T54W', limits };
  const missing = await api.call('POST', '/roll-outs', { body: { ...firmware, version: '1.2.3.4' } });
  t.match(missing, { status: 422, body: { errors: [{ path: 'version' }] } });
  const { id } = (await api.call('POST', '/roll-outs', { body: { ...firmware, version: '96.86.0.99' } })).body;
  await api.call('POST', `/roll-outs/${id}/start`);
  rollOuts.start();
  await until(async () => (await states(id)) === 'asked waiting waiting', 'the first batch');
  await comesBack(devices[0] as string, 'timeout', '96.86.0.70');
  await until(async () => (await rollOut(id)).state === 'paused', 'the pause');
  t.equal((await rollOut(id)).reason, '1 of 1 phones failed');
  t.equal(await states(id), 'failed waiting waiting');
  t.match((await api.call('GET', '/firmware')).body, {
    files: [{ vendor: 'yealink', name: 'T54W-96.86.0.99.rom', bytes: 8 }],
    targets: [{ model: 'T54W', version: '96.86.0.99', file: 'T54W-96.86.0.99.rom', devices: 1, behind: 1 }],
    behind: [{ mac: '001565000000', firmware: '96.86.0.70' }],
  });
  await api.call('POST', `/roll-outs/${id}/resume`);
  rollOuts.poke();
  await until(async () => (await states(id)) === 'failed asked asked', 'the next batch');
  for (const device of devices.slice(1)) await comesBack(device, 'registered', '96.86.0.99');
  await until(async () => (await rollOut(id)).state === 'done', 'the end');
  const [target] = (await api.call('GET', '/firmware')).body.targets;
  t.match(target, { devices: 3, behind: 1 }, 'all of the model have the version now');
  const done = await api.call('POST', `/roll-outs/${id}/cancel`);
  t.match(done, { status: 409, body: { code: 'ROLL_OUT_STATE_INVALID' } });
});

t.test('telling phones by the API', async (t) => {
  const { api, db, acme, devices } = await setup(t, 2);
  const [first, second] = devices as [string, string];
  const one = await api.call('POST', `/devices/${first}/notify`, { body: { kind: 'reboot' } });
  t.match(one, { status: 200, body: { follow: { state: 'queued', kind: 'reboot', revision: 1 } } });
  const many = await api.call('POST', '/devices/notify', { body: { companyId: acme.id, vendor: 'yealink' } });
  t.match(many, { status: 200, body: { notified: 2 } });
  t.match(await seenOf(db, second), { followState: 'queued', followKind: 'resync' });
  const other = await api.company('other', { ranges: [['2000', '2999']] });
  const token = await api.token(['admin'], { companyId: other.id });
  t.equal((await api.call('POST', '/devices/notify', { body: { ids: [first] }, token })).status, 404);
  t.match((await api.call('POST', '/devices/notify', { body: {}, token })).body, { notified: 0 });
  t.equal((await api.call('POST', '/phones/templates/reload', { token })).status, 403);
});

t.test('complaint 20: the account of a phone in use rotates in two phases, any other at once', async (t) => {
  const { api, acme, devices } = await setup(t, 1);
  const { id: extensionId } = await api.extension(acme.id, '1001');
  const path = `/extensions/${extensionId}/accounts/1/rotate`;
  t.ok((await api.call('POST', path)).body.credentials.secret, 'on no phone');
  const line = await api.call('POST', `/devices/${devices[0]}/lines`, { body: { extensionId } });
  t.ok(line.status < 300);
  const { account } = line.body.lines?.[0] ?? line.body;
  const own = `/extensions/${extensionId}/accounts/${account}/rotate`;
  const phased = (await api.call('POST', own)).body;
  t.ok(phased.rotatingSince);
  t.notOk(phased.credentials, 'nobody but the phone gets it');
  t.match((await api.call('POST', `/devices/${devices[0]}/rotate-secrets`)).body, { code: 'DEVICE_STATE_INVALID' });
  t.equal((await api.call('DELETE', `/devices/${devices[0]}/rotate-secrets`)).status, 204);
  const rotated = await api.call('POST', own, { body: { force: true } });
  t.match(rotated.body, { rotatingSince: null, credentials: { secret: String } });
});
