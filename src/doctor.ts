import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { Core } from './core.ts';
import { diagnoseExtension } from './extension-doctor.ts';
import type { Diagnostics } from './http/routes/diagnostics.ts';
import type { Finding } from './http/schemas/diagnostics.ts';
import { diagnosePbx } from './pbx-doctor.ts';
import { registrationsOf, verifyAccount } from './registrations.ts';

/** Free space (bytes) below which the next import may not fit. */
const LITTLE_ROOM = 500e6;

/** Looks at everything and says in plain words what it saw. Looking changes nothing. */
export function createDiagnostics(core: Core, config: Config): Diagnostics {
  return {
    async everything() {
      const pbxes = await core.fleet.status();
      const none: Finding = {
        subject: 'PBX',
        state: 'attention',
        text: 'none is connected yet',
        advice:
          'The embedded one is added when it has started; why it has not, the log tells. Your own: linekeeper pbx install, then pbx add.',
      };
      return [
        finding('daemon', `running, pid ${process.pid}, for ${Math.round(process.uptime())} s`),
        await databaseFinding(core, config),
        await keyFinding(config),
        await diskFinding(config),
        ...(pbxes.length === 0 ? [none] : (await Promise.all(pbxes.map((one) => diagnosePbx(core, one)))).flat()),
      ];
    },
    extension: (id) => diagnoseExtension(core, id),
    registrations: (id) => registrationsOf(core, id),
    verify: (id, ordinal, force) => verifyAccount(core, id, ordinal, force),
  };
}

function finding(subject: string, text: string): Finding {
  return { subject, state: 'ok', text, advice: null };
}

async function databaseFinding({ db }: Core, { data }: Config): Promise<Finding> {
  const [companies, extensions, numbers] = await Promise.all([
    db.read.company.count(),
    db.read.extension.count(),
    db.read.phoneNumber.count(),
  ]);
  const { size } = await stat(join(data.folder, 'linekeeper.db'));
  const megabytes = Math.round(size / 1e5) / 10;
  return finding(
    'database',
    `${megabytes} MB; companies ${companies}, extensions ${extensions}, phone numbers ${numbers}`,
  );
}

async function keyFinding({ data }: Config): Promise<Finding> {
  const file = join(data.folder, 'linekeeper.key');
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) {
    const advice = 'Restore it from your backup before the daemon stops: it lives in memory only now.';
    return { subject: 'key', state: 'bad', text: `${file} is gone`, advice };
  }
  if ((found.mode & 0o077) !== 0) {
    return { subject: 'key', state: 'bad', text: `${file} can be read by others`, advice: `chmod 600 ${file}` };
  }
  return finding('key', `${file} fits the database; keep a copy with your backups`);
}

async function diskFinding({ data }: Config): Promise<Finding> {
  const { bavail, bsize } = await statfs(data.folder);
  const free = bavail * bsize;
  const text = `${Math.round(free / 1e6)} MB free in ${data.folder}`;
  if (free >= LITTLE_ROOM) return finding('disk', text);
  return { subject: 'disk', state: 'bad', text, advice: 'Make room: changes are refused when it is full.' };
}
