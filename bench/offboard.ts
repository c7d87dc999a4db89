import { setTimeout as delay } from 'node:timers/promises';
import { POLL_MS } from './support/daemon.ts';
import type { BenchOptions } from './support/options.ts';
import { round } from './support/stats.ts';
import { openWorld } from './support/world.ts';

/** As many as one request takes. */
const MOST = 1000;

/** Users with an extension each, disabled by one request: until nothing of them is left on the PBX, and until that is proved. */
export async function benchOffboard(options: BenchOptions): Promise<Record<string, unknown>> {
  const users = Math.min(options.rows, MOST);
  const world = await openWorld();
  try {
    const { asterisk, daemon, companyId } = world;
    const made = Array.from({ length: users }, async (_, i) => {
      const user = { username: `user${i}`, firstName: 'User', lastName: String(i) };
      const body = { companyId, number: String(100_000 + i), user };
      const { user: owner } = await daemon.must<{ user: { id: string } }>('POST', '/api/v1/extensions', body);
      return owner.id;
    });
    const ids = await Promise.all(made);
    await daemon.inSync();
    const ami = await asterisk.raw();
    const left = async () =>
      [...(await ami.dbTree('linekeeper')).keys()].filter((key) => /^\/linekeeper\/(endpoint|auth|aor)\//.test(key))
        .length;
    if ((await left()) !== users * 3) throw new Error('the endpoints are not there');
    const startedAt = performance.now();
    const { items } = await daemon.must<{ items: { reportId: string }[] }>('POST', '/api/v1/users/disable', { ids });
    while ((await left()) > 0) await delay(POLL_MS);
    const seconds = (performance.now() - startedAt) / 1000;
    for (const { reportId } of items) {
      while ((await daemon.must<{ state: string }>('GET', `/api/v1/lifecycle-reports/${reportId}`)).state !== 'done') {
        await delay(POLL_MS);
      }
    }
    const provedSeconds = (performance.now() - startedAt) / 1000;
    ami.close();
    return { users, seconds: round(seconds), provedSeconds: round(provedSeconds) };
  } finally {
    await world.close();
  }
}
