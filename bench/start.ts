import type { BenchOptions } from './support/options.ts';
import { percentile, round } from './support/stats.ts';
import { openWorld } from './support/world.ts';

const RUNS = 3;

/** Process start until everything is known to be in sync: the median of three, and the largest resident set. */
export async function benchStart(options: BenchOptions): Promise<Record<string, unknown>> {
  const world = await openWorld();
  try {
    await world.importRows(100_000, options.existing);
    const times: number[] = [];
    let rssMb = 0;
    for (let run = 0; run < RUNS; run++) {
      await world.daemon.stop();
      const since = Date.now();
      const startedAt = performance.now();
      const daemon = await world.restartDaemon();
      await daemon.inSync(since);
      times.push((performance.now() - startedAt) / 1000);
      rssMb = Math.max(rssMb, daemon.peakRssMb());
    }
    return { existing: options.existing, seconds: round(percentile(times, 0.5)), rssMb };
  } finally {
    await world.close();
  }
}
