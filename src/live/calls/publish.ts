import type { LiveCall } from '../../domain/feed/call.ts';
import { messageOf } from '../../errors.ts';
import type { Directory } from '../directory.ts';
import type { Topic } from '../feed/topic.ts';
import type { Call } from './call.ts';
import { createOwners } from './owners.ts';
import { viewOf } from './view.ts';

export interface PublisherOptions {
  pbxId: string;
  directory: Directory;
  topic: Topic<LiveCall>;
  log: { warn(details: object, message: string): void };
  /** False once a call is forgotten. */
  isKept: (call: Call) => boolean;
  /** True while the PBX is not heard: everything is doubtful then. */
  isDeaf: () => boolean;
  onBegan: (call: LiveCall) => void;
  onEnded: (call: LiveCall) => void;
}

export interface Publisher {
  /** What was published last, by id. */
  readonly items: ReadonlyMap<string, LiveCall>;
  changed(call: Call): void;
  remove(call: Call): void;
  /** Resolves when everything that changed until now is published. */
  settled(): Promise<void>;
  stop(): void;
}

/** With more changed calls than this at once, changes are collected for a moment. */
const MANY = 50;
const MOMENT_MS = 10;

/** Tells changed calls to the feed: each once, however many events changed it since; after it is known whose it is. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { pbxId, topic, log, isKept, isDeaf } = options;
  const owners = createOwners(options.directory, pbxId);
  const items = new Map<string, LiveCall>();
  const changed = new Set<Call>();
  let running: Promise<void> | undefined;
  let isStopped = false;
  let size = 0;

  async function run(): Promise<void> {
    while (changed.size > 0 && !isStopped) {
      await new Promise((resolve) => (size > MANY ? setTimeout(resolve, MOMENT_MS) : setImmediate(resolve)));
      const calls = [...changed];
      changed.clear();
      size = calls.length;
      try {
        await owners.resolve(calls);
      } catch (error) {
        // They are shown to operators of the platform alone then, and asked for again with the next change.
        log.warn({ reason: messageOf(error) }, 'it could not be looked up whose calls these are');
      }
      if (!isStopped) for (const call of calls) publish(call);
    }
    running = undefined;
  }

  function publish(call: Call): void {
    if (!isKept(call)) return;
    const { item, scope } = viewOf(call, pbxId, isDeaf() && call.state !== 'ended');
    const before = items.get(call.id);
    items.set(call.id, item);
    topic.set(call.id, item, scope);
    if (!before) options.onBegan(item);
    if (item.state === 'ended' && before?.state !== 'ended') options.onEnded(item);
  }

  return {
    items,
    changed(call) {
      changed.add(call);
      running ??= run();
    },
    remove(call) {
      changed.delete(call);
      items.delete(call.id);
      topic.remove(call.id);
    },
    async settled() {
      while (running) await running;
    },
    stop() {
      isStopped = true;
      for (const id of items.keys()) topic.remove(id);
      items.clear();
    },
  };
}
