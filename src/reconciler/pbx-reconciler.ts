import { isLinekeeperError, LinekeeperError, messageOf } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import { outboxStats, recordFailures, retryAllNow } from '../store/outbox.ts';
import { audit, view } from './audit.ts';
import { confirmReloaded, reloadedOwners, unloaded } from './confirm.ts';
import type { PbxContext } from './context.ts';
import { drainAll } from './drain-all.ts';
import { createReloadQueue } from './reload-queue.ts';
import type { PbxState } from './types.ts';

/** Milliseconds before a pass that failed as a whole (link lost, database busy) is tried again, doubled up to the last. */
const RETRY_MS = 250;
const RETRY_MAX_MS = 10_000;

export interface PbxReconciler {
  /** Something is dirty. Carries no work: the loop looks for itself. */
  poke(): void;
  /** Wants a full audit (login, FullyBooted, interval, operator). Resolves when it and what it found are done. */
  requestAudit(): Promise<void>;
  /** The links to the PBX are up or down. */
  setOnline(isOnline: boolean, reason?: string): void;
  /** A dry run: what an audit would do now. */
  plan(): Promise<Plan>;
  approve(planId: string): Promise<void>;
  state(): { state: PbxState; reason: string | undefined; blocked: Plan | undefined; lastAuditMs: number | null };
  stop(): Promise<void>;
}

interface Waiter {
  resolve: () => void;
  reject: (error: unknown) => void;
}

type Parts = Omit<PbxContext, 'reloads' | 'foreignEndpoints' | 'records'>;

/** The loop of one PBX: one pass in flight, bursts coalesce, every failure leaves the marks for the next pass. */
export function createPbxReconciler(parts: Parts): PbxReconciler {
  const reloads = createReloadQueue(parts.limits);
  const records = { areInDoubt: true };
  const context: PbxContext = { ...parts, reloads, records, foreignEndpoints: new Set() };
  const { db, settings, log, limits } = parts;
  let state: PbxState = 'offline';
  let reason: string | undefined = 'not connected yet';
  let blocked: Plan | undefined;
  let approved: string | null = null;
  let lastAuditMs: number | null = null;
  let isOnline = false;
  let isStopped = false;
  let auditWanted = true;
  let wanted = false;
  let failures = 0;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  // Those who asked for an audit, and those among them whom the pass in flight serves.
  const asking: Waiter[] = [];
  let serving: Waiter[] = [];
  const auditTimer = setInterval(() => wantAudit(), limits.auditIntervalMs).unref();

  function wake(): void {
    wanted = true;
    if (running === undefined && isOnline && !isStopped) {
      running = loop().finally(() => {
        running = undefined;
        if (wanted && isOnline && !isStopped) wake();
      });
    }
  }

  function wakeIn(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(wake, ms).unref();
  }

  function wantAudit(): void {
    auditWanted = true;
    wake();
  }

  async function loop(): Promise<void> {
    while (wanted && isOnline && !isStopped) {
      wanted = false;
      try {
        await pass();
        failures = 0;
      } catch (error) {
        await onFailedPass(error);
      }
    }
  }

  async function onFailedPass(error: unknown): Promise<void> {
    // What was written but not read back is unknown now; the marks stand, and an audit tells.
    reloads.clear();
    records.areInDoubt = true;
    auditWanted = true;
    for (const { reject } of serving.splice(0)) reject(error);
    if (!isOnline) return;
    reason = messageOf(error);
    const expected = isLinekeeperError(error) && error.retryable;
    log[expected ? 'warn' : 'error']({ err: error, failures }, 'sync pass failed');
    wakeIn(Math.min(RETRY_MS * 2 ** failures++, RETRY_MAX_MS));
  }

  async function pass(): Promise<void> {
    if (auditWanted) {
      serving = asking.splice(0);
      await runAudit();
    }
    if (blocked === undefined) {
      if (state !== 'in-sync') state = 'syncing';
      await drainAll(context, () => isStopped || !isOnline);
      await runReloads();
      await settleState();
    }
    for (const { resolve } of serving.splice(0)) resolve();
  }

  async function runAudit(): Promise<void> {
    auditWanted = false;
    if (state !== 'blocked') state = 'auditing';
    const startedAt = performance.now();
    const outcome = await audit(context, approved);
    lastAuditMs = performance.now() - startedAt;
    blocked = outcome.blocked ? outcome.plan : undefined;
    if (outcome.blocked) {
      state = 'blocked';
      reason = `the plan would delete ${outcome.plan.unexplainedDeletes} objects that nobody asked to delete`;
      log.error({ plan: outcome.plan.id, deletes: outcome.plan.unexplainedDeletes }, 'plan needs approval');
      return;
    }
    approved = null;
    const { changes, drift, refusals } = outcome.plan;
    log.info(
      { changes: changes.length, drift: drift.length, refused: refusals.length, ms: Math.round(lastAuditMs) },
      'audit done',
    );
  }

  async function runReloads(): Promise<void> {
    for (const { what, batches } of reloads.takeDue()) {
      try {
        await context.port.reload(what);
      } catch (error) {
        if (!isLinekeeperError(error)) throw error;
        if (isOnline) reloads.keep(what, unloaded(batches, what));
        const owners = batches.flatMap((batch) => reloadedOwners(batch, what));
        const failed = owners.map((owner) => ({ ...owner, code: error.code, reason: error.message, retryable: true }));
        await db.note((tx) => recordFailures(tx, settings.id, failed));
        for (const owner of failed)
          parts.board.announce({ owner, state: 'failed', code: owner.code, reason: owner.reason });
        continue;
      }
      const owners = batches.reduce((sum, batch) => sum + reloadedOwners(batch, what).length, 0);
      for (const batch of batches) await confirmReloaded(context, what, batch);
      log.info({ what, owners }, 'reloaded');
    }
    const next = reloads.nextDueMs();
    if (next !== undefined) wakeIn(next);
  }

  async function settleState(): Promise<void> {
    const stats = await outboxStats(db, settings.id);
    reason = undefined;
    state = stats.pending === 0 ? 'in-sync' : 'syncing';
    if (reloads.nextDueMs() === undefined && stats.nextAttemptAt !== null) {
      wakeIn(Math.max(20, stats.nextAttemptAt - Date.now()));
    }
  }

  return {
    poke: wake,
    requestAudit() {
      if (!isOnline) throw new LinekeeperError('PBX_UNREACHABLE', reason ?? 'not connected');
      const done = new Promise<void>((resolve, reject) => {
        asking.push({ resolve, reject });
      });
      wantAudit();
      return done;
    },
    setOnline(online, why) {
      if (online === isOnline) return;
      isOnline = online;
      reason = why;
      if (!online) {
        state = 'offline';
        reloads.clear();
        records.areInDoubt = true;
        const gone = new LinekeeperError('PBX_UNREACHABLE', why ?? 'the link was lost');
        for (const { reject } of asking.splice(0)) reject(gone);
        log.warn({ reason: why }, 'PBX offline');
        return;
      }
      failures = 0;
      log.info('PBX online');
      void retryAllNow(db, settings.id).then(wantAudit, (error) => {
        log.warn({ err: error }, 'could not make retries due');
        wantAudit();
      });
    },
    async plan() {
      if (!isOnline) throw new LinekeeperError('PBX_UNREACHABLE', reason ?? 'not connected');
      return (await view(context)).plan;
    },
    async approve(planId) {
      if (blocked?.id !== planId) {
        throw new LinekeeperError('PLAN_NOT_FOUND', 'no such plan waits for approval; look at the present one');
      }
      approved = planId;
      await this.requestAudit();
    },
    state: () => ({ state, reason, blocked, lastAuditMs }),
    async stop() {
      isStopped = true;
      clearInterval(auditTimer);
      clearTimeout(timer);
      await running;
    },
  };
}
