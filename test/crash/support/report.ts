import type { Test } from 'tap';
import { isClean, type Verdict, verdictText } from './check.ts';
import type { World } from './world.ts';

/** Says the numbers, whether they are good or not, and judges them. */
export function judge(t: Test, seed: number, what: string, verdict: Verdict, more: Record<string, unknown> = {}): void {
  t.comment(`seed=${seed} ${what}: ${verdictText(verdict)} ${JSON.stringify(more)}`);
  t.ok(isClean(verdict), `${what} (seed ${seed}): ${verdictText(verdict)}`, { details: verdict.details.slice(0, 20) });
}

/** Reads all doors of a world that has come to rest and judges. */
export async function judgeWorld(t: Test, world: World, seed: number, what: string, more = {}): Promise<void> {
  judge(t, seed, what, await world.verdict(), { ...world.ledger.counts, ...more });
  t.strictSame(world.traffic.unexpected.splice(0), [], 'no answer that a sound daemon does not give');
}

/** Seeds of a test file: few by default, `npx tap run FILE` and the campaign give others. */
export function seedsOf(fallback: number): number[] {
  const at = process.argv.indexOf('--seeds');
  const count = at < 0 ? fallback : Number(process.argv[at + 1]);
  const first = process.argv.indexOf('--first');
  const start = first < 0 ? 1 : Number(process.argv[first + 1]);
  return Array.from({ length: count }, (_, index) => start + index);
}
