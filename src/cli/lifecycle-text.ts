import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from './api/client.ts';
import type { LifecycleReport } from './api/lifecycle-views.ts';
import type { Cli } from './cli.ts';
import { EXIT } from './exit-codes.ts';

/** A PBX that is there answers within a second or two (milliseconds). */
const PATIENCE_MS = 15_000;
const LOOK_MS = 150;

/** The report when it has ended, or as far as it is. */
export async function followReport(api: Api, id: string): Promise<LifecycleReport> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const report = await api.call<LifecycleReport>('GET', `/lifecycle-reports/${id}`);
    if (report.state !== 'working' || Date.now() > until) return report;
    await delay(LOOK_MS);
  }
}

const SIGNS = { done: 'ok  ', left: 'left', waiting: '... ' } as const;
const DONE = { disable: 'disabled', enable: 'enabled', delete: 'deleted', restore: 'restored' } as const;
const STATES = {
  done: 'and every step is proved',
  working: 'and what is not proved yet will be as soon as it can be',
  failed: 'but something else came after it',
} as const;

export function reportText({ username, action, state, steps, id }: LifecycleReport): string {
  const width = Math.max(...steps.map(({ name }) => name.length));
  const lines = steps.map((step) => `  ${SIGNS[step.state]} ${step.name.padEnd(width)}  ${step.detail}`);
  return [`${username} was ${DONE[action]}, ${STATES[state]}`, ...lines, `report ${id}`].join('\n');
}

/** Waits for the proof, shows it, and answers the exit code. */
export async function showProof({ api, terminal }: Cli, reportId: string | null, nothing: string): Promise<number> {
  if (reportId === null) {
    terminal.result({ reportId }, nothing);
    return EXIT.ok;
  }
  const report = await followReport(api, reportId);
  terminal.result(report, reportText(report));
  return report.state === 'done' ? EXIT.ok : EXIT.differences;
}
