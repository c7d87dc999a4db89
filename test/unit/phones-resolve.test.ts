import t, { type Test } from 'tap';
import { loadConfig } from '../../src/config.ts';
import { deskPhones } from '../../src/desk-phones.ts';
import { createDevice } from '../../src/phones/devices/create.ts';
import { unifiedDiff } from '../../src/phones/diff/unified-diff.ts';
import type { PhoneView } from '../../src/phones/phone-view.ts';
import { resolvePhones } from '../../src/phones/resolve/resolve.ts';
import { writeSettings } from '../../src/phones/settings/write.ts';
import { setupLines } from '../support/lines.ts';

const CONTEXT = { actor: 'test', ifVersion: undefined };

async function setUp(t: Test) {
  const lines = await setupLines(t);
  const { db, extensions, apply } = lines;
  const deps = deskPhones({ db, extensions }, loadConfig({}));
  await apply([{ number: '1001', input: { displayName: 'Anna', mailbox: {} } }]);
  const extension = (await lines.extension('1001'))!;
  const id = await db.write((tx) =>
    createDevice(tx, deps, CONTEXT, 'acme', {
      ...{ mac: '001565000001', vendor: 'yealink', model: 'T54W' },
      lines: [{ extensionId: extension.id }],
    }),
  );
  const resolved = async () => {
    const found = await resolvePhones(db.read, deps.seal, await deps.catalogue(), [id, 'gone'], deps.facts);
    t.equal(found.size, 1, 'phones that are gone are missing');
    return found.get(id)!;
  };
  const view = async (): Promise<PhoneView> => {
    const phone = await resolved();
    if ('problems' in phone) throw new Error(JSON.stringify(phone.problems));
    return phone.view;
  };
  const set = (key: string, value: unknown) =>
    db.write((tx) =>
      writeSettings(tx, deps, CONTEXT, { companyId: 'acme', scope: 'company', scopeId: '' }, { [key]: value }),
    );
  return { ...lines, deps, id, extension, resolved, view, set };
}

t.test('a phone registers where settings, PBX and transport say, in this order', async (t) => {
  const { db, view, set } = await setUp(t);
  t.same((await view()).registrar, { host: 'localhost', port: 5060 });
  await set('sip.transport', 'tls');
  t.same((await view()).registrar, { host: 'localhost', port: 5061 });
  await db.write((tx) => tx.pbx.update({ where: { id: 'pbx' }, data: { sipHost: 'sip.example.org', sipPort: 5070 } }));
  t.same((await view()).registrar, { host: 'sip.example.org', port: 5061 }, 'the port of the PBX is not that of TLS');
  await set('sip.transport', 'udp');
  t.same((await view()).registrar, { host: 'sip.example.org', port: 5070 });
  await set('sip.host', 'edge.example.org');
  await set('sip.port', 5080);
  t.same((await view()).registrar, { host: 'edge.example.org', port: 5080 });
});

t.test('a phone without lines that somebody may claim shows what to dial', async (t) => {
  const { db, view } = await setUp(t);
  await db.write(async (tx) => {
    await tx.device.updateMany({ data: { claimCode: '123456', label: 'Lobby' } });
  });
  t.match(await view(), { label: 'Lobby' }, 'not while it has lines');
  await db.write((tx) => tx.deviceLine.deleteMany());
  t.match(await view(), { label: '*55123456', settings: { 'display.text': '*55123456' } });
});

t.test('while a secret is rotated the phone is told the newer one', async (t) => {
  const { db, view, extension, deps } = await setUp(t);
  const [account] = extension.accounts;
  const purpose = `SipAccount:${account!.id}`;
  t.equal((await view()).lines[0]?.secret, deps.seal.open(account!.secretSealed, purpose));
  const nextSecretSealed = deps.seal.seal('NewerSecret0123456789abcd', purpose);
  await db.write((tx) => tx.sipAccount.update({ where: { id: account!.id }, data: { nextSecretSealed } }));
  t.equal((await view()).lines[0]?.secret, 'NewerSecret0123456789abcd');
});

t.test('a line knows its mailbox, its codecs and whether it may register', async (t) => {
  const { db, view, extension, resolved, set } = await setUp(t);
  t.match((await view()).lines, [
    { index: 1, endpoint: '1001', hasMailbox: true, isEnabled: true, codecs: ['g722', 'alaw', 'ulaw'] },
  ]);
  await db.write((tx) => tx.extension.update({ where: { id: extension.id }, data: { suspended: true } }));
  await set('codecs', ['alaw']);
  t.match((await view()).lines, [{ isEnabled: false, codecs: ['alaw'] }]);
  await set('codecs', ['h264']);
  t.match(await resolved(), { problems: [{ path: 'lines', code: 'CODECS_MISSING' }] });
});

t.test('what keeps a phone from being rendered is said in plain words', async (t) => {
  const { db, id, resolved } = await setUp(t);
  const change = (data: object) => db.write((tx) => tx.device.update({ where: { id }, data }));
  await change({ keys: JSON.stringify([{ section: 'line', index: 2, type: 'line', line: 7 }]) });
  t.match(await resolved(), { problems: [{ path: 'keys', code: 'LINE_MISSING', message: /line 7/ }] });
  await change({ keys: '[]', model: 'T1000' });
  t.match(await resolved(), { problems: [{ path: 'model', code: 'MODEL_UNKNOWN' }] });
  await change({ vendor: 'nobody' });
  t.match(await resolved(), { problems: [{ path: 'vendor', code: 'VENDOR_UNKNOWN' }] });
});

t.test('a diff is what diff -u says', async (t) => {
  const before = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`);
  const after = [...before];
  after.splice(4, 1, 'five', 'and a half');
  after.splice(18, 1);
  t.equal(
    unifiedDiff('x.cfg', `${before.join('\n')}\n`, `${after.join('\n')}\n`),
    [
      ...[
        '--- x.cfg',
        '+++ x.cfg',
        '@@ -2,7 +2,8 @@',
        ' line 2',
        ' line 3',
        ' line 4',
        '-line 5',
        '+five',
        '+and a half',
      ],
      ...[' line 6', ' line 7', ' line 8', '@@ -15,6 +16,5 @@', ' line 15', ' line 16', ' line 17', '-line 18'],
      ...[' line 19', ' line 20', ''],
    ].join('\n'),
  );
  t.equal(unifiedDiff('x', 'a\n', 'a\n'), '');
  t.equal(unifiedDiff('x', '', 'a\n'), '--- x\n+++ x\n@@ -0,0 +1,1 @@\n+a\n');
});
