import { type Config, packageRoot } from './config.ts';
import type { Core } from './core.ts';
import { phonesUrl } from './desk-phones.ts';
import type { FollowParts } from './http/routes/phones/follow-routes.ts';
import type { Logger } from './log.ts';
import { type Catalogues, createCatalogues } from './phones/definitions/catalogues.ts';
import { createFirmwareFiles } from './phones/firmware/firmware-files.ts';
import { createFollower, type Follower } from './phones/follow/create-follower.ts';
import { createRotations } from './phones/follow/rotations.ts';
import { PhoneSignals } from './phones/ports.ts';
import { createReleases } from './phones/releases/create-releases.ts';
import { createRevisions, type RunningRevisions } from './phones/revisions/create-revisions.ts';
import { createRollOuts } from './phones/roll-outs/create-roll-outs.ts';

/** What routes, the listener of phones and the follower share. Reads nothing before a phone is asked about. */
export function phoneFollowParts(
  { db, log }: { db: Core['db']; log: Logger },
  config: Config,
  own: string,
  catalogues: Catalogues = createCatalogues({ root: packageRoot, own }),
): FollowParts {
  const firmware = createFirmwareFiles(own);
  const facts = { publicUrl: phonesUrl(config), firmwareFile: firmware.fileOf };
  const releases = createReleases({ db, catalogues, facts, log });
  return { releases, firmware, facts, catalogue: () => catalogues.current() };
}

export interface PhoneFollowing {
  signals: PhoneSignals;
  revisions: RunningRevisions;
  follower: Follower;
  start(): void;
  stop(): Promise<void>;
}

/** Makes phones' files, tells phones of them, and sees what becomes of it. */
export function createPhoneFollowing(
  { db, changes, connection }: Pick<Core, 'db' | 'changes' | 'connection'>,
  { releases, catalogue }: FollowParts,
  { phones: limits }: Config,
  log: Logger,
): PhoneFollowing {
  const signals = new PhoneSignals();
  const { quietSeconds } = limits;
  const { resolve, render } = releases;
  const revisions = createRevisions({ db, resolve, render, signals, log, quietSeconds });
  const follower = createFollower({
    db,
    signals,
    log,
    limits,
    notifyEvents: async (vendor) => (await catalogue()).vendors.get(vendor)?.notify,
    pbx: (pbxId) => connection(pbxId).connection.port,
    rotations: createRotations({ db, change: (work) => changes.run(work) }),
  });
  const rollOuts = createRollOuts({ db, log });
  return {
    signals,
    revisions,
    follower,
    start() {
      revisions.start();
      follower.start();
      rollOuts.start();
      // Nobody has phones: nothing is read.
      void db.read.device
        .count()
        .then((count) => (count > 0 ? releases.ready() : undefined))
        .catch((err) => log.error({ err }, 'the definitions of phones cannot be used'));
    },
    async stop() {
      await rollOuts.stop();
      await follower.stop();
      await revisions.stop();
    },
  };
}
