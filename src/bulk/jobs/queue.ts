/**
 * One running job per company, the others wait in their order: two imports of one company would take each other's
 * numbers. Companies do not wait for each other.
 */
export class JobQueue {
  private readonly run: (jobId: string, signal: AbortSignal) => Promise<void>;
  private readonly lanes = new Map<string, Lane>();
  private isStopping = false;

  constructor(run: (jobId: string, signal: AbortSignal) => Promise<void>) {
    this.run = run;
  }

  /** A job that is added while it runs will run once more: its state may have changed behind the run's back. */
  add(companyId: string, jobId: string): void {
    if (this.isStopping) return;
    let lane = this.lanes.get(companyId);
    if (lane === undefined) {
      lane = { waiting: [], current: undefined, done: Promise.resolve() };
      this.lanes.set(companyId, lane);
    }
    if (!lane.waiting.includes(jobId)) lane.waiting.push(jobId);
    if (lane.current === undefined) lane.done = this.drain(companyId, lane);
  }

  isRunning(jobId: string): boolean {
    return this.currentOf(jobId) !== undefined;
  }

  isWaiting(jobId: string): boolean {
    return [...this.lanes.values()].some((lane) => lane.waiting.includes(jobId));
  }

  /** Ends the run of a job after its chunk, or at once when it only waits; takes it out of the queue. */
  interrupt(jobId: string): void {
    for (const lane of this.lanes.values()) lane.waiting = lane.waiting.filter((id) => id !== jobId);
    this.currentOf(jobId)?.abort.abort();
  }

  /** Resolves when no run is left. Nothing runs afterwards. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const lanes = [...this.lanes.values()];
    for (const lane of lanes) {
      lane.waiting = [];
      lane.current?.abort.abort();
    }
    await Promise.all(lanes.map((lane) => lane.done));
  }

  private currentOf(jobId: string): Current | undefined {
    for (const { current } of this.lanes.values()) if (current?.jobId === jobId) return current;
    return undefined;
  }

  private async drain(companyId: string, lane: Lane): Promise<void> {
    for (let jobId = lane.waiting.shift(); jobId !== undefined; jobId = lane.waiting.shift()) {
      lane.current = { jobId, abort: new AbortController() };
      await this.run(jobId, lane.current.abort.signal);
      lane.current = undefined;
    }
    this.lanes.delete(companyId);
  }
}

interface Current {
  jobId: string;
  abort: AbortController;
}

interface Lane {
  waiting: string[];
  current: Current | undefined;
  done: Promise<void>;
}
