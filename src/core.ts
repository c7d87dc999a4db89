import { join } from 'node:path';
import { type Config, packageRoot } from './config.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { createExtensionBatch, type ExtensionBatch } from './lines/extension-batch.ts';
import type { ExtensionService } from './lines/extension-service.ts';
import { createExtensions } from './lines/extensions.ts';
import { createDatabaseTopics } from './live/topics/create-database-topics.ts';
import { createLive, type Live } from './live.ts';
import type { Logger } from './log.ts';
import { type ConnectedPbx, connectLinks } from './pbx-links.ts';
import { createChanges } from './reconciler/changes.ts';
import { createFleet, type Fleet } from './reconciler/fleet.ts';
import { createSettledBoard } from './reconciler/settled.ts';
import type { Changes } from './reconciler/types.ts';
import { type Database, openDatabase } from './store/database.ts';
import { createDigests } from './store/digests.ts';

export type PbxJoin = (pbxId: string, connection: ConnectedPbx['connection']) => () => Promise<void>;

/** Everything but the doors: database, use-cases, reconcilers. */
export interface Core {
  db: Database;
  fleet: Fleet;
  changes: Changes;
  batch: ExtensionBatch;
  extensions: ExtensionService;
  lifecycle: Lifecycle;
  live: Live;
  connection(pbxId: string): ConnectedPbx;
  /** Called with each PBX that is connected from now on; what it answers is awaited before the PBX is let go. */
  onPbx(join: PbxJoin): void;
  stop(): Promise<void>;
}

/** Opens the database (and migrates it) and wires the parts. `fleet.start()` connects the PBXs. */
export async function openCore(config: Config, log: Logger): Promise<Core> {
  const { folder } = config.data;
  const db = await openDatabase({
    file: join(folder, 'linekeeper.db'),
    keyFile: join(folder, 'linekeeper.key'),
    migrationsFolder: join(packageRoot, 'prisma', 'migrations'),
  });
  const digests = createDigests(db.seal);
  const board = createSettledBoard();
  const connections = new Map<string, ConnectedPbx>();
  const joins: PbxJoin[] = [];
  const { sync } = config;
  const live = createLive(db, config, log);
  const fleet = createFleet({
    db,
    digests,
    board,
    log,
    limits: { ...sync, auditIntervalMs: sync.auditIntervalSeconds * 1000 },
    connect(row) {
      const links = connectLinks(row, log);
      connections.set(row.id, links);
      const leaves = [live.join(row, links.connection), ...joins.map((join) => join(row.id, links.connection))];
      return {
        ...links,
        async stop() {
          for (const leave of leaves) await leave();
          await links.stop();
        },
      };
    },
  });
  const topics = createDatabaseTopics({
    db,
    topics: live.feed.topics,
    syncStatus: () => fleet.status(),
    sessionIdleMs: config.people.sessionIdleMinutes * 60_000,
    log: log.child({ part: 'feed' }),
  });
  const batch = createExtensionBatch(db.seal, digests);
  const changes = createChanges({ db, digests, board, poke: (pbxId) => fleet.poke(pbxId) });
  const lifecycle = createLifecycle({
    db,
    changes,
    portOf: (pbxId) => fleet.links(pbxId).port,
    restoreDays: config.people.restoreDays,
    log: log.child({ part: 'lifecycle' }),
  });
  return {
    db,
    fleet,
    batch,
    extensions: createExtensions(batch, db.seal),
    changes,
    lifecycle,
    live,
    connection(pbxId) {
      fleet.links(pbxId);
      return connections.get(pbxId) as ConnectedPbx;
    },
    onPbx: (join) => void joins.push(join),
    async stop() {
      await lifecycle.worker.stop();
      await live.stop();
      await topics.stop();
      await fleet.stop();
      await db.close();
    },
  };
}
