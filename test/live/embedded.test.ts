import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import pino from 'pino';
import t from 'tap';
import { createEmbeddedPbx } from '../../src/asterisk/embedded/embedded-pbx.ts';
import { cacheDir, freePort, startAsterisk, until } from '../support/asterisk.ts';
import { RawAmi } from '../support/raw-ami.ts';

const log = pino({ level: 'fatal' });

t.test('a started PBX answers to its logins, over SIP and over WebSocket', async (t) => {
  const pbx = await startAsterisk(t);
  t.match(pbx.version, /^\d{2}\./);
  t.notMatch(readFileSync(join(pbx.root, 'log/messages'), 'utf8'), /ERROR|WARNING/, 'it starts without complaint');
  for (const { username, secret } of Object.values(pbx.logins)) {
    (await RawAmi.login(pbx.amiPort, username, secret)).close();
  }
  t.equal(await upgradeStatus(pbx.wsUrl), 101);
  t.match(await pbx.rx('pjsip show transports'), new RegExp(`udp .*127\\.0\\.0\\.1:${pbx.sipPort}`));
  t.equal(statSync(join(pbx.root, 'secrets.json')).mode & 0o777, 0o600);
  t.equal(statSync(pbx.root).mode & 0o777, 0o700);
});

t.test('what the operator keeps in own files stays, and so do AstDB and secrets over a restart', async (t) => {
  const endpoint = '[lobby]\ntype=endpoint\naors=lobby\nallow=ulaw\n[lobby]\ntype=aor\n';
  const pbx = await startAsterisk(t, {
    custom: { 'pjsip.conf': endpoint, 'voicemail.conf': '[default]\n4000 = 1234,Lobby\n' },
  });
  const before = await pbx.raw();
  await before.dbPut('operator', 'key', 'value');
  before.close();
  const first = pbx.pid();
  await pbx.restart();
  t.not(pbx.pid(), first);
  const ami = await pbx.raw();
  t.teardown(() => ami.close());
  t.same(await ami.dbTree('operator'), new Map([['/operator/key', 'value']]));
  t.match(await pbx.rx('pjsip show endpoint lobby'), /Endpoint: +lobby/);
  t.match(await pbx.rx('voicemail show users'), /default +4000/);
  const { username, secret } = pbx.logins.query;
  (await RawAmi.login(pbx.amiPort, username, secret)).close();
});

t.test('an Asterisk that dies is started again, with what it had saved', async (t) => {
  const pbx = await startAsterisk(t);
  const first = pbx.pid();
  await pbx.kill9();
  const ami = await until(() => pbx.raw().catch(() => undefined), 'Asterisk to come back');
  ami.close();
  t.not(pbx.pid(), first);
});

t.test('an Asterisk that a killed daemon left behind is replaced', async (t) => {
  const dataDir = t.testdir({});
  const ports = {
    ami: await freePort(),
    sip: await freePort(),
    http: await freePort(),
    rtpStart: 31_000,
    rtpEnd: 31_100,
  };
  const options = JSON.stringify({ dataDir, cacheDir: cacheDir(), ports });
  const program = `
    import pino from 'pino';
    import { createEmbeddedPbx } from '${new URL('../../src/asterisk/embedded/embedded-pbx.ts', import.meta.url).href}';
    const pbx = createEmbeddedPbx({ ...${options}, log: pino({ level: 'fatal' }) });
    await pbx.start();
    process.stdout.write(String(pbx.pid));`;
  const daemon = spawn(process.execPath, ['--import=tsx', '--no-warnings', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const orphan = Number(await new Promise((resolve) => daemon.stdout.once('data', resolve)));
  daemon.kill('SIGKILL');
  t.ok(processLives(orphan), 'it outlived the daemon');

  const pbx = createEmbeddedPbx({ dataDir, cacheDir: cacheDir(), ports, log });
  t.teardown(() => pbx.stop());
  await pbx.start();
  t.notOk(processLives(orphan));
  t.ok(pbx.pid !== undefined && processLives(pbx.pid));
  await pbx.stop();
  t.equal(pbx.pid, undefined);
});

t.test('a port that is taken is named, and nothing is left running', async (t) => {
  const server = createServer();
  const taken = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  t.teardown(() => server.close());
  const ports = { ami: taken, sip: await freePort(), http: await freePort(), rtpStart: 31_000, rtpEnd: 31_100 };
  const pbx = createEmbeddedPbx({ dataDir: t.testdir({}), cacheDir: cacheDir(), ports, log });
  await t.rejects(pbx.start(), { code: 'EMBEDDED_PBX_FAILED', message: new RegExp(`127.0.0.1:${taken} for AMI`) });
  t.equal(pbx.pid, undefined);
});

t.test('a path that is no Asterisk is refused', async (t) => {
  const ports = { ami: 1, sip: 1, http: 1, rtpStart: 1, rtpEnd: 1 };
  const pbx = createEmbeddedPbx({
    dataDir: t.testdir({}),
    cacheDir: cacheDir(),
    ports,
    log,
    asteriskPath: '/bin/true',
  });
  await t.rejects(pbx.start(), { code: 'EMBEDDED_PBX_FAILED', message: /\/bin\/true/ });
});

t.test('ARI is there only when asked for', async (t) => {
  const [without, withAri] = [
    await startAsterisk(t),
    await startAsterisk(t, { ari: { username: 'bench', password: 'secret' } }),
  ];
  const status = (base: string) =>
    fetch(`${base.replace('ws:', 'http:').replace('/ws', '')}/ari/asterisk/info`, {
      headers: { authorization: `Basic ${Buffer.from('bench:secret').toString('base64')}` },
    }).then((response) => response.status);
  t.equal(await status(without.wsUrl), 404);
  t.equal(await status(withAri.wsUrl), 200);
});

function processLives(pid: number): boolean {
  return (
    readFileSyncOr(`/proc/${pid}/stat`)
      .replace(/^.*\) /, '')
      .charAt(0)
      .replace('Z', '') !== ''
  );
}

function readFileSyncOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function upgradeStatus(url: string): Promise<number | undefined> {
  const key = randomBytes(16).toString('base64');
  return new Promise((resolve, reject) => {
    const upgrade = request(url.replace('ws:', 'http:'), {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-protocol': 'sip',
        'sec-websocket-key': key,
      },
    });
    upgrade.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode);
    });
    upgrade.once('response', (response) => resolve(response.statusCode));
    upgrade.once('error', reject);
    upgrade.end();
  });
}
