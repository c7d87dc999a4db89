import type { Logger } from 'pino';
import { LinekeeperError } from '../errors.ts';
import type { PbxPort } from '../plan/ports.ts';
import { ownerOfMailbox } from '../store/adopt-pin.ts';
import type { Database } from '../store/database.ts';
import type { Digests } from '../store/digests.ts';
import { countDrift } from '../store/drift.ts';
import { markDirty, outboxStats } from '../store/outbox.ts';
import { listPbxes, type PbxRow } from '../store/pbxes.ts';
import type { ReconcilerLimits } from './context.ts';
import { createPbxReconciler, type PbxReconciler } from './pbx-reconciler.ts';
import type { SettledBoard } from './settled.ts';
import type { PbxStatus, SyncService } from './types.ts';

/** What a PBX says of itself. Never believed, only a reason to look: events can be forged through a caller's number. */
export type PbxHint =
  | { type: 'restarted' }
  | { type: 'endpointsReloaded' }
  | { type: 'pinChanged'; number: string; context: string };

/** One PBX's links, as `daemon.ts` makes them. */
export interface PbxLinks {
  port: PbxPort;
  start(): void;
  stop(): Promise<void>;
  /** Ready for reading and writing, or not and why. Called at once with the present state. */
  onChange(listener: (isReady: boolean, reason: string | undefined) => void): void;
  onHint(listener: (hint: PbxHint) => void): void;
  version(): Promise<string | undefined>;
}

export interface Fleet extends SyncService {
  start(): Promise<void>;
  stop(): Promise<void>;
  poke(pbxId: string): void;
  links(pbxId: string): PbxLinks;
}

interface Member {
  row: PbxRow;
  links: PbxLinks;
  reconciler: PbxReconciler;
  version: string | undefined;
}

/** When the file of a mailbox is looked at again after its PIN was said to have changed (milliseconds). */
const LOOK_AGAIN_MS = [1000, 10_000];

/** Every PBX with its links and its reconciler, as the rows of the database say. */
export function createFleet(deps: {
  db: Database;
  digests: Digests;
  board: SettledBoard;
  limits: ReconcilerLimits;
  log: Logger;
  connect: (row: PbxRow) => PbxLinks;
}): Fleet {
  const { db, digests, board, limits, log } = deps;
  const members = new Map<string, Member>();
  /** Mailboxes that are looked at again soon, however often Asterisk names them. */
  const watched = new Set<string>();

  function join(row: PbxRow): Member {
    const links = deps.connect(row);
    const { id, name, policy, pinConflict, lastAuditAt } = row;
    const settings = { id, name, policy, pinConflict, lastAuditAt };
    const reconciler = createPbxReconciler({
      db,
      digests,
      board,
      limits,
      settings,
      port: links.port,
      log: log.child({ pbx: name }),
    });
    const member: Member = { row, links, reconciler, version: undefined };
    links.onChange((isReady, reason) => {
      reconciler.setOnline(isReady, reason);
      if (isReady) {
        void links.version().then(
          (version) => {
            member.version = version;
          },
          () => {},
        );
      }
    });
    links.onHint((hint) => follow(row.id, reconciler, hint));
    links.start();
    return member;
  }

  /** Asterisk says that a PIN was changed before it writes the file: a look that comes too early is repeated. */
  function follow(pbxId: string, reconciler: PbxReconciler, hint: PbxHint): void {
    const lookNow = () => {
      if (!members.has(pbxId)) return;
      void look(pbxId, reconciler, hint).catch((error) => log.warn({ err: error }, 'a hint was not followed'));
    };
    lookNow();
    if (hint.type !== 'pinChanged') return;
    const mailbox = `${pbxId} ${hint.number}@${hint.context}`;
    if (watched.has(mailbox)) return;
    watched.add(mailbox);
    for (const ms of LOOK_AGAIN_MS) setTimeout(lookNow, ms).unref();
    setTimeout(() => watched.delete(mailbox), Math.max(...LOOK_AGAIN_MS)).unref();
  }

  async function look(pbxId: string, reconciler: PbxReconciler, hint: PbxHint): Promise<void> {
    // Before the links are ready there is nothing to ask for: coming online audits anyway.
    if (hint.type !== 'pinChanged')
      return reconciler.state().state === 'offline' ? undefined : reconciler.requestAudit();
    const owner = await ownerOfMailbox(db, pbxId, hint.number, hint.context);
    if (owner === undefined) return;
    await db.note((tx) => markDirty(tx, [{ pbxId, ...owner }]));
    reconciler.poke();
  }

  async function leave(member: Member): Promise<void> {
    members.delete(member.row.id);
    await member.reconciler.stop();
    await member.links.stop();
  }

  function get(pbxId: string): Member {
    const member = members.get(pbxId);
    if (member === undefined) throw new LinekeeperError('PBX_UNREACHABLE', 'this PBX is disabled or unknown');
    return member;
  }

  async function statusOf(row: PbxRow): Promise<PbxStatus> {
    const member = members.get(row.id);
    const stats = await outboxStats(db, row.id);
    const state = member?.reconciler.state();
    return {
      pbxId: row.id,
      name: row.name,
      state: state?.state ?? 'disabled',
      reason: state?.reason,
      pending: stats.pending,
      failed: stats.failed,
      oldestPendingAt: stats.oldestAt,
      lastAuditAt: row.lastAuditAt === 0 ? null : row.lastAuditAt,
      lastAuditMs: state?.lastAuditMs ?? null,
      drift: await countDrift(db, row.id),
      blockedPlan: state?.blocked?.id,
      asteriskVersion: member?.version,
    };
  }

  async function reload(): Promise<void> {
    const rows = new Map((await listPbxes(db)).map((row) => [row.id, row]));
    for (const member of [...members.values()]) {
      const row = rows.get(member.row.id);
      if (row === undefined || !row.enabled || row.version !== member.row.version) await leave(member);
    }
    for (const row of rows.values()) if (row.enabled && !members.has(row.id)) members.set(row.id, join(row));
  }

  return {
    start: reload,
    reload,
    async stop() {
      await Promise.all([...members.values()].map(leave));
    },
    poke: (pbxId) => members.get(pbxId)?.reconciler.poke(),
    links: (pbxId) => get(pbxId).links,
    status: async () => Promise.all((await listPbxes(db)).map(statusOf)),
    plan: (pbxId) => get(pbxId).reconciler.plan(),
    async run(pbxId) {
      const { row, reconciler } = get(pbxId);
      await reconciler.requestAudit();
      const present = (await listPbxes(db)).find(({ id }) => id === pbxId);
      return statusOf(present ?? row);
    },
    async approve(pbxId, planId, actor) {
      log.warn({ pbx: get(pbxId).row.name, plan: planId, actor }, 'plan approved');
      await get(pbxId).reconciler.approve(planId);
    },
  };
}
