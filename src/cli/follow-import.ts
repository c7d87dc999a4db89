import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from './api/client.ts';
import type { Import } from './api/views.ts';
import { progressLine } from './import-text.ts';
import type { Terminal } from './terminal.ts';

/** Milliseconds between two looks: a bar moves smoothly, a log gets a line now and then. */
const LIVE_MS = 250;
const PLAIN_MS = 500;
const PLAIN_LINE_MS = 5000;

const ENDED = new Set(['done', 'failed', 'canceled', 'undone', 'paused']);

/** Waits until an import ends or is paused; on a terminal with a bar, else with a line every few seconds. */
export async function followImport(api: Api, terminal: Terminal, id: string): Promise<Import> {
  let told = Date.now();
  for (;;) {
    const job = await api.call<Import>('GET', `/imports/${id}`);
    const isOver = ENDED.has(job.state);
    if (terminal.isLive) terminal.redraw(isOver ? '' : progressLine(job));
    else if (!isOver && !terminal.isJson && Date.now() - told >= PLAIN_LINE_MS) {
      terminal.note(progressLine(job));
      told = Date.now();
    }
    if (isOver) return job;
    await sleep(terminal.isLive ? LIVE_MS : PLAIN_MS);
  }
}
