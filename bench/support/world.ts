import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startAsterisk, type TestAsterisk } from '../../test/support/asterisk.ts';
import { AmiTap } from './ami-tap.ts';
import { DaemonProcess, POLL_MS } from './daemon.ts';

export const ARI = { username: 'bench', password: 'bench-only' };

/** A real Asterisk, the built daemon beside it, and one company. Everything ends with `close`. */
export interface World {
  asterisk: TestAsterisk;
  daemon: DaemonProcess;
  dataFolder: string;
  companyId: string;
  pbxId: string;
  /** Between Asterisk and daemon, when it was asked for. */
  tap: AmiTap | undefined;
  /** Imports rows through the API and waits for job and PBX. Answers the seconds from the first byte on. */
  importRows(from: number, count: number, options?: { mailboxes?: boolean }): Promise<number>;
  restartDaemon(): Promise<DaemonProcess>;
  close(): Promise<void>;
}

export async function openWorld(options: { tap?: boolean } = {}): Promise<World> {
  const cleanups: (() => unknown)[] = [];
  const asterisk = await startAsterisk({ teardown: (work) => cleanups.unshift(work) }, { ari: ARI });
  const dataFolder = mkdtempSync(join(tmpdir(), 'linekeeper-bench-'));
  cleanups.unshift(() => rmSync(dataFolder, { recursive: true, force: true }));
  const tap = options.tap === true ? await AmiTap.start(asterisk.amiPort) : undefined;
  cleanups.unshift(() => tap?.close());
  let daemon = await DaemonProcess.start(dataFolder);
  const pbx = await daemon.must<{ id: string }>('POST', '/api/v1/pbxes', {
    name: 'bench',
    host: asterisk.host,
    amiPort: tap?.port ?? asterisk.amiPort,
    wsUrl: asterisk.wsUrl,
    logins: asterisk.logins,
  });
  const company = await daemon.must<{ id: string }>('POST', '/api/v1/companies', {
    name: 'Bench',
    slug: 'bench',
    country: 'DE',
    timezone: 'Europe/Berlin',
    ranges: [['100000', '999999']],
  });
  await daemon.inSync();
  return {
    asterisk,
    dataFolder,
    companyId: company.id,
    pbxId: pbx.id,
    tap,
    get daemon() {
      return daemon;
    },
    async importRows(from, count, options = {}) {
      const csv = csvOf(from, count, options.mailboxes === true);
      const startedAt = performance.now();
      const path = `/api/v1/imports?companyId=${company.id}&strategy=update&allowWeakPins=true`;
      const job = await daemon.must<{ id: string }>('POST', path, csv, { 'content-type': 'text/csv' });
      await daemon.must('POST', `/api/v1/imports/${job.id}/start`, {});
      for (;;) {
        const now = await daemon.must<{ state: string; failed: number }>('GET', `/api/v1/imports/${job.id}`);
        if (now.failed > 0) throw new Error(`${now.failed} rows were refused`);
        if (now.state === 'done') break;
        if (now.state !== 'running') throw new Error(`the import is ${now.state}`);
        await delay(POLL_MS);
      }
      await daemon.inSync();
      return (performance.now() - startedAt) / 1000;
    },
    async restartDaemon() {
      await daemon.stop();
      daemon = await DaemonProcess.start(dataFolder);
      return daemon;
    },
    async close() {
      await daemon.stop();
      for (const cleanup of cleanups) await cleanup();
    },
  };
}

function csvOf(from: number, count: number, mailboxes: boolean): Buffer {
  const lines = [`extension,display_name,class_of_service${mailboxes ? ',mailbox,mailbox_pin,mailbox_email' : ''}`];
  for (let i = 0; i < count; i++) {
    const pin = `${2_000 + ((i * 7919) % 7_000)}83`;
    const mailbox = mailboxes ? `,yes,${pin},user${i}@example.com` : '';
    lines.push(`${from + i},User ${i},national${mailbox}`);
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}
