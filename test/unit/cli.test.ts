import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import t from 'tap';
import { COMMANDS } from '../../src/cli/command-table.ts';
import { createCli } from '../support/cli.ts';

t.test('a command that does not exist suggests one that does', async (t) => {
  const { code, err } = await createCli(t.testdir())(['extention', 'list']);
  t.equal(code, 1);
  t.match(err, /Did you mean extension\?/);
});

t.test('help is no error and tells the exit codes', async (t) => {
  const { code, out } = await createCli(t.testdir())(['--help']);
  t.equal(code, 0);
  t.match(out, /Exit codes: 0 done/);
  for (const word of COMMANDS.keys()) t.match(out, new RegExp(`^  ${word}\\b`, 'm'));
});

for (const [word, add] of COMMANDS) {
  t.test(`the word ${word} loads the command ${word}`, async (t) => {
    const program = new Command();
    await add(program, () => async () => {});
    t.ok(program.commands.some((command) => command.name() === word));
  });
}

t.test('without a daemon it says how to start one, and exits with 3', async (t) => {
  // Short: the path of a socket has few bytes.
  const folder = mkdtempSync(join(tmpdir(), 'lk-cli-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const linekeeper = createCli(folder);
  const { code, err, out } = await linekeeper(['company', 'list']);
  t.equal(code, 3);
  t.equal(out, '');
  t.match(err, /^DAEMON_UNREACHABLE: no daemon answers at .*admin\.sock \(ENOENT\)\nStart it with `npm start`/);
  const json = await linekeeper(['company', 'list', '--json']);
  t.match(JSON.parse(json.err), { error: { code: 'DAEMON_UNREACHABLE' } });
});

t.test('the doctor looks around when no daemon answers', async (t) => {
  const { code, out } = await createCli(t.testdir())(['doctor']);
  t.equal(code, 3);
  t.match(out, /BAD daemon: no daemon answers/);
  t.match(out, /database: there is none yet/);
});

t.test('a wrong setting is said in one line, without a stack', async (t) => {
  const { code, err } = await createCli(t.testdir())(['serve'], { env: { LINEKEEPER_HTTP_PROT: '1' } });
  t.equal(code, 1);
  t.match(err, /^CONFIG_INVALID: .*\n {2}LINEKEEPER_HTTP_PROT is no setting\n$/);
});

t.test('a file that is not there is the file’s fault, not the daemon’s', async (t) => {
  const { code, err } = await createCli(t.testdir())(['import', 'no-such.csv']);
  t.equal(code, 1);
  t.match(err, /^ENOENT: /);
});

t.test('an address that is no Linekeeper is told so', async (t) => {
  const server = createServer((_, response) => response.writeHead(502).end('<html>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const env = { LINEKEEPER_URL: `http://127.0.0.1:${port}`, LINEKEEPER_TOKEN: 'lk_x' };
  const { code, err } = await createCli(t.testdir())(['company', 'list'], { env });
  t.equal(code, 1);
  t.match(err, /not one of Linekeeper's \(status 502\)/);
});

t.test('the files for an own Asterisk', async (t) => {
  const folder = t.testdir();
  const linekeeper = createCli(folder);
  const out = join(folder, 'out');
  const secretsFile = join(out, 'linekeeper-secrets.json');

  t.test('are only shown without --out, and then without secrets', async (t) => {
    const shown = await linekeeper(['pbx', 'install']);
    t.equal(shown.code, 0);
    t.match(shown.out, /=== linekeeper-manager\.conf/);
    t.match(shown.out, /secret ?= ?<made by --out>/);
    t.notMatch(shown.out, /x{48}/);
  });

  t.test('are written with secrets that only the owner can read', async (t) => {
    const written = await linekeeper(['pbx', 'install', '--out', out, '--permit', '10.0.0.5', '10.1.0.0/16']);
    t.equal(written.code, 0, written.err);
    t.match(written.out, /39 files written/);
    t.equal(statSync(secretsFile).mode & 0o777, 0o600);
    const secrets = JSON.parse(readFileSync(secretsFile, 'utf8')) as Record<string, string>;
    const manager = readFileSync(join(out, 'linekeeper-manager.conf'), 'utf8');
    for (const secret of Object.values(secrets)) {
      t.ok(manager.includes(secret));
      t.notMatch(written.out, new RegExp(secret));
    }
    t.match(manager, /permit=10\.0\.0\.5\/32/);
  });

  t.test('are the same the second time', async (t) => {
    const before = readFileSync(secretsFile, 'utf8');
    const again = await linekeeper(['pbx', 'install', '--out', out, '--permit', '10.0.0.5', '10.1.0.0/16']);
    t.match(again.out, /0 files written .*, 39 there already/);
    t.equal(readFileSync(secretsFile, 'utf8'), before);
  });

  t.test('are not overwritten when somebody changed them, unless forced', async (t) => {
    const dialplan = join(out, 'linekeeper-dialplan.conf');
    writeFileSync(dialplan, '; mine\n');
    const args = ['pbx', 'install', '--out', out, '--permit', '10.0.0.5', '10.1.0.0/16'];
    const refused = await linekeeper(args);
    t.equal(refused.code, 1);
    t.match(refused.err, /CONFLICT: .*linekeeper-dialplan\.conf/);
    t.equal(readFileSync(dialplan, 'utf8'), '; mine\n');
    t.equal((await linekeeper([...args, '--force'])).code, 0);
    t.not(readFileSync(dialplan, 'utf8'), '; mine\n');
  });

  t.test('an address that is none is refused', async (t) => {
    const { code, err } = await linekeeper(['pbx', 'install', '--permit', 'everybody']);
    t.equal(code, 1);
    t.match(err, /"everybody" is not an address or network/);
  });
});
