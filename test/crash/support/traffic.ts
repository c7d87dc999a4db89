import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Api } from './api.ts';
import type { Ledger, Outcome } from './ledger.ts';
import type { Op, Slot, State } from './model.ts';
import { nextOp } from './ops.ts';
import type { Random } from './random.ts';

export interface TrafficOptions {
  api: Api;
  ledger: Ledger;
  random: Random;
  companyId: string;
  slots: Slot[];
  workers?: number;
  /** How often a request that was answered is sent once more under its key. */
  repeat?: number;
}

interface Result {
  outcome: Outcome;
  answer?: Answer;
}

/** Milliseconds between two tries of a request that got no answer. */
const RETRY_MS = 40;

/** Clients that change extensions without pause, each its own, and write down what they were told. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #events = new EventEmitter().setMaxListeners(100);
  #running: Promise<void>[] = [];
  #stopping = false;
  #acks = 0;
  #keys = 0;
  /** Repeated requests that were answered otherwise than the first time. */
  readonly changedAnswers: string[] = [];
  /** Answers that a sound daemon does not give. */
  readonly unexpected: string[] = [];
  /** Milliseconds of the slowest answer. */
  slowest = 0;
  /** Markers of requests that were refused: nothing of them may be found. */
  readonly refused = new Set<string>();
  /** Answers by status. */
  readonly statuses = new Map<number, number>();

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  get acks(): number {
    return this.#acks;
  }

  start(): void {
    this.#stopping = false;
    const { slots, workers = 6 } = this.#options;
    this.#running = Array.from({ length: workers }, (_, index) =>
      this.#work(slots.filter((__, at) => at % workers === index)),
    );
  }

  /** Resolves when so many more changes were acknowledged. */
  async acked(count: number): Promise<void> {
    const goal = this.#acks + count;
    while (this.#acks < goal) {
      await Promise.race([once(this.#events, 'ack'), ...this.#running.map((worker) => worker.then(() => {}))]);
      if (this.#stopping) throw new Error('the traffic has stopped');
    }
  }

  /** No new requests; those that were begun are brought to an end, so the daemon must be up (or come up). */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#running);
    this.#running = [];
  }

  async #work(slots: Slot[]): Promise<void> {
    const { random } = this.#options;
    while (!this.#stopping) await this.#one(random.pick(slots));
  }

  async #one(slot: Slot): Promise<void> {
    const { random, companyId, ledger, repeat = 0.15 } = this.#options;
    const key = `${random.seed}-${++this.#keys}`;
    await this.#settle(slot);
    const op = nextOp(random, slot, companyId, key);
    ledger.append({ key, what: 'request', method: op.method, path: op.path });
    // An answer that never came stays unknown now and then, as with clients that give up.
    const givesUp = op.method === 'PATCH' && random.chance(0.3);
    const { outcome, answer } = await this.#send(op, givesUp);
    if (outcome === 'ok') {
      this.#noteOk(slot, op, answer as Answer);
      if (op.method === 'POST' && random.chance(repeat)) await this.#again(op, answer as Answer);
    } else if (outcome === 'info') {
      slot.states = [...slot.states, ...slot.states.map((state) => op.apply(state, undefined))];
    } else {
      this.refused.add(op.marker);
      if (op.kind !== 'refused' && answer?.status !== 507) {
        this.unexpected.push(`${op.kind} ${op.path} was refused: ${answer?.status} ${answer?.text}`);
      }
    }
  }

  #noteOk(slot: Slot, op: Op, answer: Answer): void {
    if (op.kind === 'refused') this.unexpected.push(`${op.method} ${op.path} was not refused: ${answer.text}`);
    if (op.kind === 'create') slot.created++;
    if (op.kind === 'delete') slot.deleted++;
    slot.states = slot.states.map((state: State) => op.apply(state, answer.body));
    this.#acks++;
    this.#events.emit('ack');
  }

  /** The same request once more: the same answer, and nothing else. */
  async #again(op: Op, first: Answer): Promise<void> {
    const { answer } = await this.#send(op, false);
    const same = answer?.status === first.status && withoutSync(answer) === withoutSync(first);
    if (!same) this.changedAnswers.push(`${op.kind} ${op.key}: ${first.status} then ${answer?.status} ${answer?.text}`);
  }

  /** Before the next change, what a lost answer left open is looked up where it can be: by reading. */
  async #settle(slot: Slot): Promise<void> {
    if (slot.states.length < 4) return;
    const known = slot.states[0];
    if (known === undefined) return;
    const answer = await this.#options.api.call('GET', `/extensions/${known.id}`).catch(() => undefined);
    if (answer?.status !== 200) return;
    const { displayName, ringSeconds } = answer.body;
    const seen = slot.states.filter((s) => s?.displayName === displayName && s?.ringSeconds === ringSeconds);
    if (seen.length > 0) slot.states = seen;
  }

  async #send(op: Op, givesUp: boolean): Promise<Result> {
    const { api, ledger } = this.#options;
    const { key, method, path } = op;
    let unknown = false;
    for (;;) {
      let isRefused = false;
      const startedAt = performance.now();
      const answer = await api
        .call(method, path, {
          ...(op.body === undefined ? {} : { body: op.body }),
          ...(op.headers === undefined ? {} : { headers: op.headers }),
          ...(method === 'POST' ? { key } : {}),
        })
        .catch((error: NodeJS.ErrnoException) => {
          // Refused by the kernel: nobody has read it, so it did not happen and is not unknown.
          isRefused = error.code === 'ECONNREFUSED';
          if (!isRefused) unknown = true;
          return undefined;
        });
      if (answer !== undefined) {
        this.slowest = Math.max(this.slowest, performance.now() - startedAt);
        this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
        const outcome = outcomeOf(op, answer, unknown);
        const { status } = answer;
        const entry = { key, what: 'answer', method, path, outcome, status } as const;
        if (outcome !== 'info' || status !== 503) ledger.append({ ...entry, code: answer.body.code });
        if (outcome !== 'info') return { outcome, answer };
        if (status !== 503) unknown = true;
      } else if (!isRefused) {
        ledger.append({ key, what: 'answer', method, path, outcome: 'info' });
        if (givesUp) return { outcome: 'info' };
      }
      await delay(RETRY_MS);
    }
  }
}

function outcomeOf(op: Op, { status, body }: Answer, unknown: boolean): Outcome {
  if (status < 300) return 'ok';
  // What was deleted by the try without an answer is gone now.
  if (op.kind === 'delete' && status === 404 && unknown) return 'ok';
  if (body.code === 'IDEMPOTENCY_IN_PROGRESS') return 'info';
  // `DATABASE_FULL: nothing was changed` is a promise like any refusal.
  if (status === 507 && !unknown) return 'fail';
  return status >= 500 ? 'info' : 'fail';
}

function withoutSync({ body }: Answer): string {
  return JSON.stringify({ ...body, sync: undefined });
}
