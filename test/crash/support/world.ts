import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startAsterisk, type TestAsterisk, until } from '../../support/asterisk.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { Api, type Json } from './api.ts';
import { check, type Evidence, type Verdict } from './check.ts';
import { type DaemonOptions, DaemonProcess } from './daemon-process.ts';
import { failedMarks, readApi, readDatabase, readPbx } from './doors.ts';
import { Ledger } from './ledger.ts';
import { type Slot, slotsOf } from './model.ts';
import type { Random } from './random.ts';
import { Traffic } from './traffic.ts';

export interface Teardown {
  teardown(work: () => unknown): void;
}

export interface WorldOptions {
  random: Random;
  asterisk?: TestAsterisk;
  /** The AMI port that the daemon is told; default: Asterisk's own, behind a proxy. */
  amiPort?: number;
  slots?: number;
  /** How often a request that was answered is sent once more under its key. */
  repeat?: number;
  dataDir?: string;
  daemon?: Partial<DaemonOptions>;
  policy?: string;
}

export const SLUG = 'acme';

/** A daemon in a process of its own, a real Asterisk behind a proxy, and clients with a ledger. */
export class World {
  readonly random: Random;
  readonly asterisk: TestAsterisk;
  readonly proxy: FaultProxy;
  readonly folder: string;
  readonly dataDir: string;
  readonly api: Api;
  readonly ledger: Ledger;
  readonly slots: Slot[];
  traffic!: Traffic;
  daemon!: DaemonProcess;
  companyId = '';
  pbxId = '';
  readonly #options: DaemonOptions;

  private constructor(options: WorldOptions, folder: string, port: number, asterisk: TestAsterisk, proxy: FaultProxy) {
    this.random = options.random;
    this.asterisk = asterisk;
    this.proxy = proxy;
    this.folder = folder;
    this.dataDir = options.dataDir ?? join(folder, 'data');
    mkdirSync(this.dataDir, { recursive: true });
    this.api = new Api({ port });
    this.ledger = new Ledger(join(folder, 'ledger'));
    this.slots = slotsOf(1000, options.slots ?? 40);
    this.#options = { dataDir: this.dataDir, port, ...options.daemon };
  }

  static async create(t: Teardown, options: WorldOptions): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'lk-crash-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const asterisk = options.asterisk ?? (await startAsterisk(t));
    const proxy = await FaultProxy.start(t, options.amiPort ?? asterisk.amiPort);
    const world = new World(options, folder, await freePort(), asterisk, proxy);
    t.teardown(async () => {
      await world.daemon?.kill9();
      world.api.close();
      world.ledger.close();
    });
    await world.start();
    await world.#setUp(options);
    return world;
  }

  /** Starts the daemon (again). */
  async start(options: Partial<DaemonOptions> = {}): Promise<DaemonProcess> {
    this.daemon = this.spawn(options);
    return this.daemon.ready();
  }

  spawn(options: Partial<DaemonOptions> = {}): DaemonProcess {
    return new DaemonProcess({ ...this.#options, ...options });
  }

  async #setUp({ policy = 'enforce', repeat }: WorldOptions): Promise<void> {
    const local = new Api({ socketPath: join(this.dataDir, 'admin.sock') });
    const { token } = await local.must('POST', '/tokens', { body: { name: 'crash', scopes: ['admin'] } });
    local.close();
    this.api.token = token;
    const { logins } = this.asterisk;
    const pbx = { name: 'pbx', host: '127.0.0.1', amiPort: this.proxy.port, logins, driftPolicy: policy };
    this.pbxId = (await this.api.must('POST', '/pbxes', { body: pbx })).id;
    const company = { slug: SLUG, name: 'Acme', ranges: [['1000', '8999']], country: 'DE', timezone: 'Europe/Berlin' };
    this.companyId = (await this.api.must('POST', '/companies', { body: company })).id;
    await this.inSync();
    const { api, ledger, random, companyId, slots } = this;
    this.traffic = new Traffic({ api, ledger, random, companyId, slots, ...(repeat === undefined ? {} : { repeat }) });
  }

  async sync(): Promise<Json> {
    return (await this.api.must('GET', '/sync')).items[0];
  }

  /** Waits until the daemon says that everything is on the PBX, of its own accord; milliseconds it took. */
  async inSync(options: { auditAfter?: number; deadline?: number } = {}): Promise<number> {
    const startedAt = performance.now();
    let last: Json = {};
    const deadline = options.deadline ?? 60_000;
    await until(
      async () => {
        last = await this.sync().catch((error: Error) => ({ error: error.message }));
        const audited = options.auditAfter === undefined || Date.parse(last.lastAuditAt) >= options.auditAfter;
        return last.state === 'in-sync' && last.pending === 0 && last.failed === 0 && audited;
      },
      'the PBX to be in sync',
      deadline,
    ).catch((error: Error) => {
      const marks = failedMarks(join(this.dataDir, 'linekeeper.db'));
      throw new Error(`${error.message}: ${JSON.stringify(last)}\n${JSON.stringify(marks)}\n${this.daemon.tail()}`);
    });
    return performance.now() - startedAt;
  }

  /** Waits until the daemon says that it has no link. */
  async offline(deadline = 30_000): Promise<void> {
    await until(
      async () => (await this.sync()).state === 'offline',
      'the daemon to say that the link is down',
      deadline,
    );
  }

  async evidence(): Promise<Evidence> {
    return {
      slots: this.slots,
      refused: this.traffic.refused,
      changedAnswers: this.traffic.changedAnswers,
      api: await readApi(this.api, this.companyId),
      database: readDatabase(join(this.dataDir, 'linekeeper.db'), this.companyId),
      pbx: await readPbx(this.asterisk),
      slug: SLUG,
    };
  }

  async verdict(): Promise<Verdict> {
    return check(await this.evidence());
  }
}
