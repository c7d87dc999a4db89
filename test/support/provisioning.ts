import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import type { Test } from 'tap';
import { v7 as uuid } from 'uuid';
import { generateSecret } from '../../src/domain/sip-account.ts';
import type { PhoneHttpLimits } from '../../src/http/provisioning/limits.ts';
import {
  createProvisioningServer,
  type ProvisioningConfig,
  type ProvisioningServer,
} from '../../src/http/provisioning/server.ts';
import { createShortCodes } from '../../src/phones/address/short-codes.ts';
import type { Catalogue } from '../../src/phones/definitions/catalogue.ts';
import type { PhoneFiles, Revisions } from '../../src/phones/ports.ts';
import { PhoneSignals } from '../../src/phones/ports.ts';
import { renderAll, revisionHash } from '../../src/phones/render/render.ts';
import { resolvePhones } from '../../src/phones/resolve/resolve.ts';
import type { BanLimits } from '../../src/phones/serving/bans.ts';
import type { Database } from '../../src/store/database.ts';
import { hashPhoneToken, httpPassword, siteToken, stage1Token, stage2Token } from '../../src/store/phones/tokens.ts';
import { createTestApp, type Json, type TestApp } from './app.ts';
import { freePort } from './free-port.ts';
import { CLOCK, shippedCatalogue } from './phones.ts';

export interface TestDevice {
  id: string;
  mac: string;
  /** Address of everything after stage 1, with a slash at its end. */
  url: string;
  stage2: string;
  password: string;
  endpoint: string;
  secret: string;
}

export interface DeviceOptions {
  vendor?: string;
  /** null: nobody said. */
  model?: string | null;
  mac?: string;
  siteId?: string | null;
  /** Milliseconds from now; null: closed. */
  windowMs?: number | null;
  state?: string;
  extensionId?: string;
  /** 0: none, for there is one account only. */
  lines?: 0 | 1;
}

export interface TestProvisioning {
  api: TestApp;
  db: Database;
  server: ProvisioningServer;
  signals: PhoneSignals;
  /** Of the listener, without a slash at its end. */
  url: string;
  httpsUrl: string;
  company: Json;
  site: { id: string; token: string; url: string };
  /** Lines of the listener's log so far. */
  logged: string[];
  firmwareFolder: string;
  /** What the clock of the listener says is later by so much. */
  later(ms: number): void;
  device(options?: DeviceOptions): Promise<TestDevice>;
  newSite(name: string, networks?: readonly string[]): Promise<{ id: string; token: string; url: string }>;
  /** Its own first address. */
  firstAddress(device: TestDevice): Promise<string>;
  /** A new token; the older one stays good until the newer was used. */
  renew(device: TestDevice): Promise<TestDevice>;
}

export interface ProvisioningTestOptions {
  config?: Partial<ProvisioningConfig>;
  limits?: Partial<PhoneHttpLimits>;
  banLimits?: Partial<BanLimits>;
  /** Instead of what comes with Linekeeper. */
  catalogue?: () => Promise<Catalogue>;
}

/** The production listener on a migrated database with one company, one site and real sockets on loopback. */
export async function createTestProvisioning(
  t: Test,
  options: ProvisioningTestOptions = {},
): Promise<TestProvisioning> {
  const api = await createTestApp(t);
  const { db } = api;
  const catalogue = options.catalogue ?? shippedCatalogue;
  const company = await api.company('acme');
  const logged: string[] = [];
  const log: Logger = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  const signals = new PhoneSignals();
  const firmwareFolder = join(api.folder, 'firmware');
  mkdirSync(firmwareFolder);
  const port = await freePort();
  const https = { host: '127.0.0.1', port: 0, certFile: '', keyFile: '', vendorCaFolder: '', ...options.config?.https };
  const url = `http://127.0.0.1:${port}`;
  let shift = 0;
  const server = createProvisioningServer({
    ...{ db, signals, log, firmwareFolder, catalogue, now: () => Date.now() + shift },
    publicUrl: url,
    shortCodes: createShortCodes(db, url, () => Date.now() + shift),
    revisions: simpleRevisions(db, signals, url, catalogue),
    config: { trustedProxies: [], missesBeforeBan: 60, ...options.config, http: { host: '127.0.0.1', port }, https },
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.banLimits === undefined ? {} : { banLimits: options.banLimits }),
  });
  const { httpsUrl = '' } = await server.start();
  t.teardown(() => server.stop());
  let count = 0;

  const self: TestProvisioning = {
    ...{ api, db, server, signals, url, httpsUrl, company, logged, firmwareFolder },
    site: { id: '', token: '', url: '' },
    later(ms) {
      shift += ms;
    },
    async newSite(name, networks = []) {
      const id = uuid();
      const token = siteToken(db.seal, id, 1);
      const now = new Date();
      const phone = {
        phoneTokenGeneration: 1,
        phoneTokenHash: hashPhoneToken(token),
        phoneNetworks: JSON.stringify(networks),
      };
      await db.write((tx) =>
        tx.site.create({ data: { id, companyId: company.id, name, ...phone, createdAt: now, updatedAt: now } }),
      );
      return { id, token, url: `${url}/p/${token}/` };
    },
    async device(wanted = {}) {
      count += 1;
      const id = uuid();
      const mac = wanted.mac ?? `805ec0${count.toString(16).padStart(6, '0')}`;
      const extension = wanted.extensionId ?? (await api.extension(company.id, String(1000 + count))).id;
      const account = await db.read.sipAccount.findFirstOrThrow({ where: { extensionId: extension } });
      const {
        windowMs = 3_600_000,
        model = 'T54W',
        siteId = self.site.id,
        vendor = 'yealink',
        state = 'pending',
      } = wanted;
      const now = new Date();
      const stage2 = stage2Token(db.seal, id, 1);
      const passwords = { adminPassword: generateSecret(randomBytes), userPassword: generateSecret(randomBytes) };
      await db.write(async (tx) => {
        await tx.device.create({
          data: {
            ...{ id, companyId: company.id, siteId, mac, vendor, model, state, stage2Hash: hashPhoneToken(stage2) },
            passwordsSealed: db.seal.seal(JSON.stringify(passwords), `Device:${id}`),
            windowUntil: windowMs === null ? null : new Date(Date.now() + windowMs),
            ...{ createdAt: now, updatedAt: now },
          },
        });
        if (wanted.lines === 0) return;
        await tx.deviceLine.create({ data: { id: uuid(), deviceId: id, ordinal: 1, accountId: account.id } });
      });
      const files = (await simpleRevisions(db, new PhoneSignals(), url, catalogue).of([id])).get(id);
      const line = files !== undefined && 'view' in files ? files.view.lines[0] : undefined;
      const login = {
        password: httpPassword(db.seal, id, 1),
        endpoint: line?.endpoint ?? '',
        secret: line?.secret ?? '',
      };
      return { id, mac, stage2, url: `${url}/p/${stage2}/`, ...login };
    },
    async firstAddress({ id }) {
      const token = stage1Token(db.seal, id, 1);
      const data = { stage1Generation: 1, stage1Hash: hashPhoneToken(token) };
      await db.write((tx) => tx.device.update({ where: { id }, data }));
      return `${url}/p/${token}/`;
    },
    async renew(device) {
      const row = await db.read.device.findUniqueOrThrow({ where: { id: device.id } });
      const stage2Generation = row.stage2Generation + 1;
      const stage2 = stage2Token(db.seal, device.id, stage2Generation);
      const data = { stage2Generation, stage2Hash: hashPhoneToken(stage2), stage2OldHash: row.stage2Hash };
      await db.write((tx) => tx.device.update({ where: { id: device.id }, data }));
      const password = httpPassword(db.seal, device.id, stage2Generation);
      return { ...device, stage2, password, url: `${url}/p/${stage2}/` };
    },
  };
  self.site = await self.newSite('Main');
  return self;
}

/** Made for each look, and kept until a mark says that it is stale: no numbers are written. */
function simpleRevisions(
  db: Database,
  signals: PhoneSignals,
  publicUrl: string,
  catalogueNow: () => Promise<Catalogue>,
): Revisions {
  const kept = new Map<string, PhoneFiles>();
  const revisions = new Map<string, { hash: string; revision: number }>();
  let hasCommitted = true;
  db.onCommit(() => {
    hasCommitted = true;
  });
  let seen = new Map<string, string>();
  async function look(): Promise<void> {
    if (!hasCommitted) return;
    hasCommitted = false;
    const marks = new Map(
      (await db.read.deviceDirty.findMany()).map((row) => [row.deviceId, `${row.generation} ${row.dirtyAt}`]),
    );
    const stale = [...marks].filter(([id, mark]) => seen.get(id) !== mark).map(([id]) => id);
    seen = marks;
    for (const id of stale) kept.delete(id);
    if (stale.length > 0) signals.emit('stale', stale);
  }
  return {
    look,
    async of(ids) {
      await look();
      const missing = ids.filter((id) => !kept.has(id));
      if (missing.length > 0) for (const files of await make(missing)) kept.set(files.deviceId, files);
      return new Map(ids.flatMap((id) => kept.get(id) ?? []).map((files) => [files.deviceId, files]));
    },
  };

  async function make(ids: readonly string[]): Promise<PhoneFiles[]> {
    const catalogue = await catalogueNow();
    const facts = { publicUrl, firmwareFile: () => undefined };
    const phones = await resolvePhones(db.read, db.seal, catalogue, ids, facts);
    return Promise.all(
      [...phones.values()].map(async (phone): Promise<PhoneFiles> => {
        if ('problems' in phone) return phone;
        const { deviceId, view } = phone;
        const files = await renderAll(catalogue, view, CLOCK);
        const hash = revisionHash(files);
        const before = revisions.get(deviceId);
        const revision = before === undefined ? 1 : before.revision + Number(before.hash !== hash);
        revisions.set(deviceId, { hash, revision });
        return { deviceId, revision, hash, view, files };
      }),
    );
  }
}
