import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { type Logger, pino } from 'pino';
import type { Test } from 'tap';
import { createCallActions } from '../../src/call-actions.ts';
import { loadConfig } from '../../src/config.ts';
import { deskPhones } from '../../src/desk-phones.ts';
import { type AppOptions, buildApp } from '../../src/http/app.ts';
import { callActionRoutes } from '../../src/http/routes/call-actions.ts';
import { phoneFollowRoutes } from '../../src/http/routes/phones/follow-routes.ts';
import { phoneRoutes } from '../../src/http/routes/phones/phone-routes.ts';
import type { App } from '../../src/http/types.ts';
import { createLifecycle, type Lifecycle } from '../../src/lifecycle.ts';
import { createExtensionBatch } from '../../src/lines/extension-batch.ts';
import { createExtensions } from '../../src/lines/extensions.ts';
import type { Feed, FeedLimits } from '../../src/live/feed/feed.ts';
import { openFeed } from '../../src/live.ts';
import { argon2Here } from '../../src/people/argon2.ts';
import { createPeople, type People } from '../../src/people/create-people.ts';
import type { SmsSender } from '../../src/people/second-factor/sms.ts';
import { createSecondFactors } from '../../src/people/second-factor/verify.ts';
import { phoneFollowParts } from '../../src/phone-following.ts';
import { createChanges } from '../../src/reconciler/changes.ts';
import { createFleet } from '../../src/reconciler/fleet.ts';
import { createSettledBoard } from '../../src/reconciler/settled.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createDigests } from '../../src/store/digests.ts';
import { generateToken, insertToken } from '../../src/store/tokens.ts';
import { directoryOf } from './directory.ts';
import { createMemoryPort, type MemoryPort } from './memory-port.ts';
import { openApiCheckOf } from './openapi-check.ts';

/** Where people would reach the app. */
export const PUBLIC_URL = 'https://pbx.example.org';

/** Where phones would fetch. */
export const PHONES_URL = 'https://127.0.0.1:8443';

const migrationsFolder = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
export type Json = Record<string, any>;

const defaults = loadConfig({});
/** Of the price of a password tests of everything else pay next to nothing. */
const CHEAP = { memoryKib: 1024, passes: 1, lanes: 1 };

/** Logging in, as the daemon has it. `hashing`: at the cost of the settings, or cheaply. */
export function testPeople(db: Database, sms?: SmsSender, hashing: 'default' | 'cheap' = 'cheap'): People {
  const argon2 = { ...defaults.people.argon2, ...(hashing === 'cheap' ? CHEAP : {}) };
  const settings = { ...defaults.people, argon2, publicUrl: PUBLIC_URL };
  return createPeople(db, settings, { factors: createSecondFactors(db, sms), argon2: argon2Here });
}

export interface Answer {
  status: number;
  body: Json;
  headers: LightMyRequestResponse['headers'];
  text: string;
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** undefined: the administrator's. */
  token?: string | undefined;
}

export interface TestApp {
  app: App;
  db: Database;
  folder: string;
  port: MemoryPort;
  lifecycle: Lifecycle;
  feed: Feed;
  pbxId: string;
  /** Lines of the log so far. */
  logged: string[];
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  inject(options: InjectOptions): Promise<LightMyRequestResponse>;
  token(scopes: string[], options?: { companyId?: string; expiresAt?: Date }): Promise<string>;
  company(slug: string, more?: Json): Promise<Json>;
  extension(companyId: string, number: string, more?: Json): Promise<Json>;
  /** A second app on the same database, as after a restart. */
  restart(): Promise<TestApp>;
}

export interface TestAppOptions extends AppOptions {
  /** undefined: no codes to phone numbers. */
  sms?: SmsSender;
  feedLimits?: Partial<FeedLimits>;
  /** Of passwords; cheap unless told. */
  hashing?: 'default' | 'cheap';
}

/** The production app on a migrated temporary database, with one PBX that is a Map. Every answer is checked against the OpenAPI document. */
export async function createTestApp(
  t: Test,
  { sms, feedLimits, hashing, ...options }: TestAppOptions = {},
  folder = newFolder(t),
): Promise<TestApp> {
  const logged: string[] = [];
  const log: Logger = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  const db = await openDatabase({ file: join(folder, 'test.db'), keyFile: join(folder, 'test.key'), migrationsFolder });
  const digests = createDigests(db.seal);
  const board = createSettledBoard();
  const port = createMemoryPort();
  const limits = {
    deleteCapShare: 0.1,
    deleteCapFloor: 10,
    auditIntervalMs: 3_600_000,
    reloadQuietMs: 5,
    reloadMaxMs: 20,
  };
  const fleet = createFleet({ db, digests, board, log, limits, connect: () => port.links });
  const changes = createChanges({ db, digests, board, poke: (pbxId) => fleet.poke(pbxId) });
  const portOf = (pbxId: string) => fleet.links(pbxId).port;
  const lifecycle = createLifecycle({ db, changes, portOf, restoreDays: 30, log });
  const people = testPeople(db, sms, hashing);
  const feed = openFeed(db, { ...defaults.live, ...feedLimits }, people.sessionIdleMs, log);
  const extensions = createExtensions(createExtensionBatch(db.seal), db.seal);
  const actions = createCallActions({
    db,
    changes,
    extensions,
    directory: directoryOf(db),
    pbx: () => ({ port, onEvent: () => () => {} }),
    domain: 'pbx.example.org',
  });
  const app = await buildApp(
    {
      db,
      feed,
      changes,
      sync: fleet,
      extensions,
      people,
      lifecycle,
      log,
      version: '0.0.0-test',
      isReady: () => true,
    },
    {
      ...options,
      plugins: [
        callActionRoutes(actions),
        phoneRoutes(
          deskPhones({ db, extensions }, { ...defaults, phones: { ...defaults.phones, publicUrl: PHONES_URL } }),
        ),
        phoneFollowRoutes(phoneFollowParts({ db, log }, defaults, join(folder, 'phones'))),
        ...(options.plugins ?? []),
      ],
    },
  );
  await app.ready();
  await fleet.start();
  lifecycle.worker.start();
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    await feed.stop();
    await app.close();
    await lifecycle.worker.stop();
    await fleet.stop();
    await db.close();
  };
  const stopOnce = () => (stopped ??= stop());
  t.teardown(stopOnce);

  const check = openApiCheckOf(app);
  let count = 0;
  const self: TestApp = {
    app,
    db,
    folder,
    port,
    lifecycle,
    feed,
    pbxId: '',
    logged,
    inject: (request) => app.inject(request),
    async call(method, path, { body, headers, token } = {}) {
      const response = await app.inject({
        method: method as 'GET',
        url: path.startsWith('/api/') || !path.startsWith('/') ? path : `/api/v1${path}`,
        headers: {
          authorization: `Bearer ${token ?? admin}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      });
      const isJson = String(response.headers['content-type'] ?? '').includes('json');
      const answer = {
        status: response.statusCode,
        body: isJson && response.body !== '' ? response.json() : {},
        headers: response.headers,
        text: response.body,
      };
      if (isJson) check(method, path, answer);
      return answer;
    },
    async token(scopes, { companyId, expiresAt } = {}) {
      const token = generateToken();
      count++;
      const row = { id: `token-${count}`, name: `test-${count}`, scopes, companyId: companyId ?? null };
      await db.write((tx) => insertToken(tx, token, { ...row, expiresAt: expiresAt ?? null }));
      return token;
    },
    async company(slug, more = {}) {
      const body = { name: slug, slug, ranges: [['1000', '1999']], country: 'DE', timezone: 'Europe/Berlin', ...more };
      return created(await self.call('POST', '/companies', { body }));
    },
    async extension(companyId, number, more = {}) {
      const body = { companyId, number, displayName: `Extension ${number}`, ...more };
      return created(await self.call('POST', '/extensions', { body }));
    },
    async restart() {
      await stopOnce();
      return createTestApp(
        t,
        { ...options, ...(sms && { sms }), ...(feedLimits && { feedLimits }), ...(hashing && { hashing }) },
        folder,
      );
    },
  };
  // Ids of a restarted app's tokens must not meet those of the app before.
  count = await db.read.apiToken.count();
  const admin = await self.token(['admin']);
  const known = await db.read.pbx.findFirst();
  self.pbxId = known?.id ?? created(await self.call('POST', '/pbxes', { body: pbxInput('main') })).id;
  return self;
}

export function pbxInput(name: string): Json {
  const login = (username: string) => ({ username, secret: `${username}-secret-of-ami` });
  const logins = { events: login('e'), query: login('q'), sync: login('s'), config: login('c') };
  return { name, host: '127.0.0.1', logins };
}

function created(answer: Answer): Json {
  if (answer.status !== 201) throw new Error(`not created: ${answer.status} ${answer.text}`);
  return answer.body;
}

function newFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-http-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
