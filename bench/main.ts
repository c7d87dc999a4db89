import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { benchAudit } from './audit.ts';
import { benchBulk } from './bulk.ts';
import { benchChange } from './change.ts';
import { benchFeed } from './feed.ts';
import { benchImport } from './import.ts';
import { benchList } from './list.ts';
import { benchLogin } from './login.ts';
import { benchOffboard } from './offboard.ts';
import { benchPhones } from './phones.ts';
import { benchStart } from './start.ts';
import { benchStorm } from './storm.ts';
import type { BenchOptions } from './support/options.ts';

const BENCHES: Record<string, (options: BenchOptions) => Promise<Record<string, unknown>>> = {
  import: benchImport,
  change: benchChange,
  audit: benchAudit,
  start: benchStart,
  list: benchList,
  login: benchLogin,
  offboard: benchOffboard,
  feed: benchFeed,
  storm: benchStorm,
  bulk: benchBulk,
  phones: benchPhones,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '10000' },
    users: { type: 'string' },
    devices: { type: 'string', default: '2000' },
    existing: { type: 'string' },
    mailboxes: { type: 'boolean', default: false },
    clients: { type: 'string', default: '500' },
    rate: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
});
const name = positionals[0] ?? '';
const bench = BENCHES[name];
if (bench === undefined) {
  console.error(
    `usage: npm run bench -- ${Object.keys(BENCHES).join('|')} [--rows N] [--existing N] [--mailboxes] [--clients N] [--rate N] [--users N] [--devices N] [--json]`,
  );
  process.exit(1);
}
// The built daemon is what is measured.
execFileSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 2, 2] });
const result = await bench({
  rows: Number(values.rows),
  existing: Number(values.existing ?? (name === 'import' ? 0 : 10_000)),
  mailboxes: values.mailboxes,
  clients: Number(values.clients),
  rate: Number(values.rate),
  users: Number(values.users ?? (name === 'list' ? 100_000 : 10_000)),
  devices: Number(values.devices),
});
if (values.json) console.log(JSON.stringify(result));
else for (const [key, value] of Object.entries(result)) console.log(`${key.padEnd(24)} ${value}`);
process.exit(0);
