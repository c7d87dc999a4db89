import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAsterisk } from '../test/support/asterisk.ts';
import type { BenchOptions } from './support/options.ts';
import { percentile, round } from './support/stats.ts';
import { openWorld } from './support/world.ts';

const CHANGES = 200;

/** One PATCH until the PBX confirmed it, against a pjsip.conf with as many extensions written anew and reloaded. */
export async function benchChange(options: BenchOptions): Promise<Record<string, unknown>> {
  const fileReloadMs = await fileReload(options.existing);
  const world = await openWorld();
  try {
    await world.importRows(100_000, options.existing);
    const { daemon, companyId } = world;
    const page = await daemon.must<{ items: { id: string }[] }>(
      'GET',
      `/api/v1/extensions?companyId=${companyId}&limit=50`,
    );
    const times: number[] = [];
    for (let i = 0; i < CHANGES; i++) {
      const id = page.items[i % page.items.length]!.id;
      const startedAt = performance.now();
      const { status, json } = await daemon.api(
        'PATCH',
        `/api/v1/extensions/${id}`,
        { ringSeconds: 30 + (i % 7) + Math.floor(i / 50) },
        { prefer: 'wait=10' },
      );
      times.push(performance.now() - startedAt);
      const { sync } = json as { sync?: { state: string } };
      if (status !== 200 || sync?.state !== 'synced') throw new Error(`PATCH: ${status} ${JSON.stringify(json)}`);
    }
    const p50Ms = percentile(times, 0.5);
    return {
      existing: options.existing,
      p50Ms: round(p50Ms),
      p99Ms: round(percentile(times, 0.99)),
      fileReloadMs: round(fileReloadMs),
      ratio: round(fileReloadMs / p50Ms, 1),
    };
  } finally {
    await world.close();
  }
}

/** Milliseconds to write a whole pjsip.conf and reload res_pjsip: the median of three, on an Asterisk of its own. */
async function fileReload(extensions: number): Promise<number> {
  const cleanups: (() => unknown)[] = [];
  const asterisk = await startAsterisk({ teardown: (work) => cleanups.unshift(work) });
  try {
    const file = join(asterisk.root, 'custom/pjsip.conf');
    mkdirSync(join(asterisk.root, 'custom'), { recursive: true });
    const times: number[] = [];
    for (let run = 0; run < 3; run++) {
      const startedAt = performance.now();
      writeFileSync(file, pjsipConf(extensions, run));
      await asterisk.rx('module reload res_pjsip.so');
      times.push(performance.now() - startedAt);
    }
    return percentile(times, 0.5);
  } finally {
    for (const cleanup of cleanups) await cleanup();
  }
}

function pjsipConf(extensions: number, run: number): string {
  const parts: string[] = [];
  for (let i = 0; i < extensions; i++) {
    const id = 100_000 + i;
    parts.push(
      `[${id}]\ntype=endpoint\ncontext=lk-bench\ndisallow=all\nallow=g722,alaw,ulaw\nauth=${id}\naors=${id}\n` +
        `callerid="User ${i} ${run}" <${id}>\ndirect_media=no\nrtp_symmetric=yes\nrewrite_contact=yes\n` +
        `[${id}]\ntype=auth\nauth_type=md5\nusername=${id}\nrealm=linekeeper\nmd5_cred=d41d8cd98f00b204e9800998ecf8427e\n` +
        `[${id}]\ntype=aor\nmax_contacts=1\nremove_existing=yes\n`,
    );
  }
  return parts.join('');
}
