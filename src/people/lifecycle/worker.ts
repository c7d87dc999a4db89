import type { Logger } from 'pino';
import type { LifecycleStep } from '../../domain/lifecycle.ts';
import { isLinekeeperError, messageOf } from '../../errors.ts';
import type { PbxPort } from '../../plan/ports.ts';
import type { Database } from '../../store/database.ts';
import { countWorking, saveSteps, type WorkingReport, workingReports } from '../../store/lifecycle.ts';
import { factsOf, type ReportFacts } from '../../store/lifecycle-facts.ts';
import { hasMarks } from '../../store/outbox.ts';
import { prove } from './prove.ts';
import { endpointsOf, ownExtensions, type PbxFacts, refsOf } from './report-objects.ts';

type ProofPort = Pick<PbxPort, 'observeRefs' | 'registeredAors' | 'dropRegistrations' | 'channelsOf' | 'endCalls'>;

export interface LifecycleWorkerDeps {
  db: Database;
  /** @throws PBX_UNREACHABLE for one that is disabled or unknown */
  portOf(pbxId: string): ProofPort;
  log: Logger;
}

/** Drives reports to their end: ends what is to end on the PBX, reads back, and notes the proof. */
export interface LifecycleWorker {
  /** Takes up what an earlier process left. */
  start(): void;
  /** There may be a new report. Carries no work: the worker looks for itself. */
  poke(): void;
  stop(): Promise<void>;
}

/** Reports that are looked at together: one read of each kind for all of them, and Asterisk walks its whole database for each. */
const PAGE = 1000;
/** More than these are a job's. */
const MANY = 250;
/** Milliseconds between looks: the PBX takes a moment, or is away for long. */
const SOON_MS = 60;
const LATE_MS = 5000;
/** Between two looks at many reports the job and the PBX get this long (milliseconds), and three times what the look took. */
const REST_MS = 1000;
/** While the PBX is still being told, looks at many are this much rarer than they are long: they only say what is waited for. */
const RARE = 20;

export function createLifecycleWorker({ db, portOf, log }: LifecycleWorkerDeps): LifecycleWorker {
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isWanted = false;
  let isStopped = true;
  let pause = SOON_MS;
  let last = { at: 0, took: 0 };
  /** A job over ten thousand users pokes again and again: looking at all of them leaves time for the rest. */
  let restUntil = 0;

  function wake(): void {
    if (isStopped) return;
    const rest = restUntil - performance.now();
    if (rest > 0) {
      clearTimeout(timer);
      timer = setTimeout(wake, rest).unref();
      return;
    }
    isWanted = true;
    running ??= loop().finally(() => {
      running = undefined;
      if (isWanted) wake();
    });
  }

  async function loop(): Promise<void> {
    clearTimeout(timer);
    isWanted = false;
    let waiting = 1;
    const startedAt = performance.now();
    try {
      waiting = await round();
    } catch (error) {
      log.warn({ err: error }, 'reports were not looked at');
    }
    const now = performance.now();
    restUntil = waiting <= MANY ? 0 : now + Math.max(3 * (now - startedAt), REST_MS);
    if (waiting === 0 || isStopped) return;
    timer = setTimeout(wake, pause).unref();
    pause = Math.min(pause * 1.5, LATE_MS);
  }

  /**
   * Looks at everything that is being worked on; answers how much of it goes on. Of a job over thousands of users nothing can
   * be proved while the PBX is still being told: looking at all of them again and again would only hold that up.
   */
  async function round(): Promise<number> {
    const working = countWorking(db.read);
    const startedAt = performance.now();
    const isEarly = startedAt - last.at < Math.max(LATE_MS, RARE * last.took);
    if (working > MANY && isEarly && hasMarks(db.read, MANY)) return working;
    let after = '';
    let ended = 0;
    for (;;) {
      const reports = workingReports(db.read, after, PAGE);
      const newest = reports.at(-1);
      if (newest === undefined || isStopped) break;
      after = newest.id;
      const facts = await factsOf(db.read, reports);
      for (const [pbxId, ofPbx] of groupBy(reports, ({ subject }) => subject.pbxId)) {
        ended += await look(pbxId, ofPbx, facts);
      }
    }
    last = { at: performance.now(), took: performance.now() - startedAt };
    return working - ended;
  }

  /** Answers how many came to their end. */
  async function look(pbxId: string, reports: WorkingReport[], facts: Map<string, ReportFacts>): Promise<number> {
    const ready = new Set(reports.filter(({ id }) => facts.get(id)?.marks.every(({ isRead }) => isRead)));
    const found = await readPbx(pbxId, [...ready], facts);
    const now = Date.now();
    const looked = reports.flatMap((report) => {
      const known = facts.get(report.id);
      if (known === undefined) return [];
      const pbx = ready.has(report) ? found : waitingFor(known);
      return [{ report, ...prove(report, known, pbx, now) }];
    });
    const changed = looked.filter(({ report, steps }) => isChanged(report.steps, steps));
    if (changed.length > 0) {
      await db.note((tx) =>
        saveSteps(
          tx,
          changed.map(({ report, steps, isDone }) => ({ id: report.id, steps, isDone })),
        ),
      );
    }
    return looked.filter(({ isDone }) => isDone).length;
  }

  async function readPbx(
    pbxId: string,
    reports: readonly WorkingReport[],
    facts: ReadonlyMap<string, ReportFacts>,
  ): Promise<PbxFacts | string> {
    if (reports.length === 0) return 'nothing to read';
    try {
      return await readBack(portOf(pbxId), reports, facts);
    } catch (error) {
      if (!isLinekeeperError(error)) throw error;
      return `the PBX was not read: ${error.code}: ${messageOf(error)}`;
    }
  }

  return {
    start() {
      isStopped = false;
      wake();
    },
    poke() {
      pause = SOON_MS;
      wake();
    },
    async stop() {
      isStopped = true;
      isWanted = false;
      clearTimeout(timer);
      await running;
    },
  };
}

/** One read of each kind for all reports. Calls are ended first, and phones that are still registered thrown off. */
async function readBack(
  port: ProofPort,
  reports: readonly WorkingReport[],
  facts: ReadonlyMap<string, ReportFacts>,
): Promise<PbxFacts> {
  const going = reports.filter(({ action }) => action === 'disable' || action === 'delete');
  const endpoints = going.flatMap(endpointsOf);
  const ending = new Set(going.filter(({ asked }) => asked.calls === 'end').flatMap(endpointsOf));
  const hungUp = new Map<string, number>();
  let channels = await port.channelsOf(endpoints);
  const toEnd = channels.filter(({ endpoint }) => ending.has(endpoint));
  if (toEnd.length > 0) {
    await port.endCalls([...new Set(toEnd.map(({ endpoint }) => endpoint))]);
    channels = await port.channelsOf(endpoints);
    const names = new Set(channels.map(({ name }) => name));
    for (const { name, endpoint } of toEnd) {
      if (!names.has(name)) hungUp.set(endpoint, (hungUp.get(endpoint) ?? 0) + 1);
    }
  }
  const own = (report: WorkingReport) => ownExtensions(report, facts.get(report.id) as ReportFacts);
  const aors = going.flatMap((report) => own(report).flatMap((extension) => extension.endpoints));
  let registered = await port.registeredAors(aors);
  if (registered.length > 0) {
    // A crash may have come between the end of the account and that of its registrations.
    await port.dropRegistrations(registered);
    registered = await port.registeredAors(aors);
  }
  const refs = reports.flatMap((report) => refsOf(report, facts.get(report.id) as ReportFacts));
  return { objects: await port.observeRefs(refs), registered: new Set(registered), channels, hungUp };
}

function isChanged(before: readonly LifecycleStep[], after: readonly LifecycleStep[]): boolean {
  return after.some(({ state, detail }, i) => state !== before[i]?.state || detail !== before[i]?.detail);
}

function waitingFor({ marks }: ReportFacts): string {
  const failed = marks.find(({ code }) => code !== null);
  return failed === undefined
    ? 'waits for the PBX'
    : `the PBX does not have the change yet: ${failed.code}: ${failed.reason}`;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
