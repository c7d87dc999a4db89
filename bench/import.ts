import { pushExtensions } from './support/ari.ts';
import type { BenchOptions } from './support/options.ts';
import { RawWire } from './support/raw-wire.ts';
import { ReloadCounter } from './support/reload-counter.ts';
import { round } from './support/stats.ts';
import { openWorld } from './support/world.ts';

/** CSV bytes to all rows committed, confirmed by the PBX and read back, against bare puts of the same values and ARI. */
export async function benchImport(options: BenchOptions): Promise<Record<string, unknown>> {
  const world = await openWorld();
  try {
    const { asterisk } = world;
    const { rows, existing, mailboxes } = options;
    if (existing > 0) await world.importRows(100_000, existing);
    const reloads = await ReloadCounter.start(asterisk.host, asterisk.amiPort, asterisk.testLogin);
    const from = 500_000;
    const cpuBefore = world.daemon.cpuSeconds();
    const seconds = await world.importRows(from, rows, { mailboxes });
    const cpuSeconds = world.daemon.cpuSeconds() - cpuBefore;
    const wire = await RawWire.login(asterisk.host, asterisk.amiPort, asterisk.testLogin);
    const tree = await wire.tree('linekeeper');
    const ours = [...tree.rows].filter(([key]) => Number(/(\d{6})$/.exec(key)?.[1] ?? 0) >= from);
    const complete = countComplete(ours.map(([key]) => key));
    const rawSeconds = await wire.putAll(
      ours.map(([key, value]) => {
        const at = key.lastIndexOf('/');
        return [`bench${key.slice(0, at)}`, key.slice(at + 1), value] as const;
      }),
    );
    wire.close();
    const rssMb = world.daemon.peakRssMb();
    await world.daemon.stop();
    const ariExtensionsPerSecond = await pushExtensions(asterisk.wsUrl, 400_000, Math.min(rows, 2000));
    const extensionsPerSecond = rows / seconds;
    const rawExtensionsPerSecond = rows / rawSeconds;
    return {
      rows,
      existing,
      seconds: round(seconds),
      extensionsPerSecond: Math.round(extensionsPerSecond),
      rawExtensionsPerSecond: Math.round(rawExtensionsPerSecond),
      ratioToRaw: round(extensionsPerSecond / rawExtensionsPerSecond),
      ariExtensionsPerSecond: Math.round(ariExtensionsPerSecond),
      ratioToAri: round(extensionsPerSecond / ariExtensionsPerSecond),
      reloadsPjsip: reloads.of('res_pjsip'),
      reloadsVoicemail: reloads.of('app_voicemail'),
      verified: complete,
      lost: rows - complete,
      rssMb,
      cpuMicrosecondsPerRow: Math.round((cpuSeconds * 1e6) / rows),
    };
  } finally {
    await world.close();
  }
}

/** Extensions of which endpoint, auth, aor and dialplan entry are all there. */
function countComplete(keys: readonly string[]): number {
  const seen = new Map<string, number>();
  for (const key of keys) {
    const number = key.slice(-6);
    seen.set(number, (seen.get(number) ?? 0) + 1);
  }
  return [...seen.values()].filter((objects) => objects === 4).length;
}
