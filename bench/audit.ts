import type { BenchOptions } from './support/options.ts';
import { RawWire } from './support/raw-wire.ts';
import { percentile, round } from './support/stats.ts';
import { openWorld } from './support/world.ts';

const RUNS = 7;

/** A full drift audit (both sides read and compared), against a bare DBGetTree. Medians, taken in turns. */
export async function benchAudit(options: BenchOptions): Promise<Record<string, unknown>> {
  const world = await openWorld();
  try {
    await world.importRows(100_000, options.existing);
    const { asterisk, daemon, pbxId } = world;
    const wire = await RawWire.login(asterisk.host, asterisk.amiPort, asterisk.testLogin);
    const audits: number[] = [];
    const raws: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const startedAt = performance.now();
      await daemon.must('POST', `/api/v1/sync/${pbxId}/run`, {});
      audits.push((performance.now() - startedAt) / 1000);
      raws.push((await wire.tree('linekeeper')).seconds);
    }
    wire.close();
    const seconds = percentile(audits, 0.5);
    const rawSeconds = percentile(raws, 0.5);
    return {
      existing: options.existing,
      seconds: round(seconds, 3),
      rawSeconds: round(rawSeconds, 3),
      ratio: round(seconds / rawSeconds),
    };
  } finally {
    await world.close();
  }
}
