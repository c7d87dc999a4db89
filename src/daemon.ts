import { chmodSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { v7 as uuid } from 'uuid';
import type { EmbeddedPbx } from './asterisk/embedded/embedded-pbx.ts';
import { createAdopting } from './bulk/adopt/adopt.ts';
import { createBulk } from './bulk/create-bulk.ts';
import { createCallActions } from './call-actions.ts';
import { type Config, packageRoot, redacted } from './config.ts';
import { type Core, openCore } from './core.ts';
import { createDiagnostics } from './doctor.ts';
import { publicUrl } from './domain/public-url.ts';
import { embeddedOf, registerEmbedded, wantsEmbedded } from './embedded.ts';
import { messageOf } from './errors.ts';
import { startHousekeeping } from './housekeeping.ts';
import { buildApp } from './http/app.ts';
import { createLocalServer } from './http/local-server.ts';
import { liveMetrics } from './http/plugins/live-metrics.ts';
import { principalById } from './http/principals.ts';
import { adoptRoutes } from './http/routes/adopt.ts';
import { callActionRoutes } from './http/routes/call-actions.ts';
import { callRoutes } from './http/routes/calls.ts';
import { diagnosticsRoutes } from './http/routes/diagnostics.ts';
import { importRoutes } from './http/routes/imports.ts';
import { jobRoutes } from './http/routes/jobs.ts';
import { registrationRoutes } from './http/routes/registrations.ts';
import { summaryRoutes } from './http/routes/summaries.ts';
import type { App } from './http/types.ts';
import { importWriters } from './import-writers.ts';
import type { Logger } from './log.ts';
import { createMailer } from './mailer.ts';
import { massActions } from './mass-actions.ts';
import { pbxFiles } from './pbx-files.ts';
import { createArgon2Process } from './people/argon2-process.ts';
import { createBroadcaster } from './people/broadcaster.ts';
import { createPeople } from './people/create-people.ts';
import { createSmsWebhook, type SmsSender } from './people/second-factor/sms.ts';
import { createSecondFactors } from './people/second-factor/verify.ts';
import { createDeskPhones, type DeskPhones } from './phones.ts';
import { createSipMessages } from './sip-messages.ts';
import { generateToken, insertToken } from './store/tokens.ts';

export interface Started {
  /** Where the API listens. */
  url: string;
  /** The socket file of the machine's own administrator. */
  socket: string;
  /** Where desk phones fetch. */
  phoneUrls: { httpUrl?: string; httpsUrl?: string };
  /** The first token, shown once: only when the database had none. */
  firstToken: string | undefined;
  /** Settles when the embedded PBX runs (or did not start); undefined without one. */
  embedded: Promise<string> | undefined;
}

export interface Daemon {
  /** Abortable: a stop before or during the start wins. */
  start(): Promise<Started>;
  /** Undoes the start in reverse. May be called at any moment, any number of times. */
  stop(): Promise<void>;
}

/** The file of the local admin socket in a data folder. */
export function socketOf(dataFolder: string): string {
  return join(dataFolder, 'admin.sock');
}

export function version(): string {
  return (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Milliseconds for answers that are on their way at a stop. */
const CLOSE_GRACE_MS = 3000;

/** The whole daemon. Constructing does nothing; `start` acts. */
export function createDaemon(config: Config, log: Logger): Daemon {
  const aborted = new AbortController();
  const undo: (() => unknown)[] = [];
  let isReady = false;
  let stopping: Promise<void> | undefined;

  async function start(): Promise<Started> {
    log.info(redacted(config), 'settings');
    const core = await openCore(config, log);
    undo.push(() => core.stop());
    const { applied, backup } = core.db.migrations;
    if (applied.length > 0) log.info({ applied, backup }, 'database migrated');
    checkNotAborted();

    const phones = createDeskPhones(core, config, log);
    const app = await startApp(core, phones);
    const url = await app.listen({ host: config.http.host, port: config.http.port });
    const socket = await listenLocally(app);
    const firstToken = await createFirstToken(core);
    checkNotAborted();

    startMessages(core);
    undo.push(startHousekeeping(core.db, log, config, core.lifecycle));
    const embedded = (await wantsEmbedded(config, core.db)) ? startEmbedded(core) : undefined;
    await core.fleet.start();
    undo.push(() => phones.stop());
    const phoneUrls = await phones.start();
    core.lifecycle.worker.start();
    isReady = true;
    log.info({ url, ...phoneUrls }, 'ready');
    return { url, socket, phoneUrls, firstToken, embedded };
  }

  /** Mails and broadcasts: both look into the database by themselves, nothing has to be told. */
  function startMessages(core: Core): void {
    const { db } = core;
    const url = publicUrl(config.http);
    const mailer = createMailer({
      db,
      config: { mail: config.mail, publicUrl: url, dataFolder: config.data.folder },
      log: log.child({ part: 'mail' }),
    });
    mailer.start();
    undo.push(() => mailer.stop());
    const broadcaster = createBroadcaster({
      db,
      phones: createSipMessages(core),
      domain: new URL(url).hostname,
      log: log.child({ part: 'broadcasts' }),
    });
    broadcaster.start();
    undo.push(() => broadcaster.stop());
  }

  async function startApp(core: Core, phones: DeskPhones): Promise<App> {
    const { batch, changes, db, extensions, fleet, lifecycle, live } = core;
    const argon2 = createArgon2Process();
    undo.push(() => argon2.end());
    const settings = { ...config.people, publicUrl: publicUrl(config.http) };
    const factors = createSecondFactors(db, smsSenderOf(config, log));
    const people = createPeople(db, settings, { factors, argon2 });
    const bulk = createBulk({
      db,
      changes,
      log: log.child({ part: 'jobs' }),
      dataDir: config.data.folder,
      limits: config.imports,
      lookUp: (id, companyId) => principalById(db, id, companyId),
      actions: massActions({ db, lifecycle, people, batch }),
      writers: importWriters(batch, lifecycle, phones.deps),
    });
    const actions = createCallActions({
      db,
      changes,
      extensions,
      directory: live.directory,
      pbx: (id) => core.connection(id).connection,
      domain: new URL(publicUrl(config.http)).hostname,
      calls: live.calls,
    });
    const adopting = createAdopting({ db, imports: bulk.imports, filesOf: (pbxId) => pbxFiles(core, pbxId) });
    const isLoopback =
      config.http.host === '127.0.0.1' || config.http.host === '::1' || config.http.host === 'localhost';
    const app = await buildApp(
      {
        db,
        feed: live.feed,
        changes,
        sync: fleet,
        extensions,
        people,
        lifecycle,
        log,
        version: version(),
        isReady: () => isReady,
      },
      {
        trustedProxies: config.http.trustedProxies,
        // Behind a proxy, what comes from outside arrives on loopback as well.
        publicMetrics: isLoopback && config.http.trustedProxies.length === 0,
        plugins: [
          importRoutes(bulk),
          adoptRoutes({ ...bulk, adopting }),
          jobRoutes(bulk),
          diagnosticsRoutes(createDiagnostics(core, config)),
          callRoutes(live),
          callActionRoutes(actions),
          ...phones.plugins,
          registrationRoutes(live),
          summaryRoutes(live),
        ],
        metrics: [liveMetrics(() => live.figures())],
      },
    );
    undo.push(() => closeInTime(app));
    undo.push(() => live.feed.stop());
    await app.ready();
    await bulk.start();
    undo.push(() => bulk.stop());
    return app;
  }

  async function listenLocally(app: App): Promise<string> {
    const socket = socketOf(config.data.folder);
    const server: Server = createLocalServer(app);
    // What a killed daemon left behind; a living one would have held the database lock.
    rmSync(socket, { force: true });
    const umask = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(socket, resolve);
      });
    } finally {
      process.umask(umask);
    }
    chmodSync(socket, 0o600);
    undo.push(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    return socket;
  }

  async function startEmbedded(core: Core): Promise<string> {
    const pbx: EmbeddedPbx = embeddedOf(config, log);
    undo.push(() => pbx.stop());
    try {
      const info = await pbx.start(aborted.signal);
      if (await registerEmbedded(core.db, info)) await core.fleet.reload();
      return `Asterisk ${info.version}, SIP on ${info.host}:${info.sipPort}`;
    } catch (error) {
      if (!aborted.signal.aborted) log.error({ err: error }, 'the embedded PBX is not available');
      return `not available: ${messageOf(error)}`;
    }
  }

  function checkNotAborted(): void {
    aborted.signal.throwIfAborted();
  }

  return {
    start,
    stop() {
      stopping ??= (async () => {
        isReady = false;
        aborted.abort(new Error('stopped'));
        for (const step of undo.reverse()) {
          try {
            await step();
          } catch (error) {
            log.error({ err: error }, 'a part did not stop cleanly');
          }
        }
      })();
      return stopping;
    },
  };
}

/** undefined: codes are sent by mail alone. */
function smsSenderOf(
  { people: { smsWebhookUrl: url, smsWebhookToken: token } }: Config,
  log: Logger,
): SmsSender | undefined {
  return url === '' ? undefined : createSmsWebhook({ url, token }, log.child({ part: 'sms' }));
}

/** Answers on their way are finished; who does not read his would keep us here until we are killed. */
async function closeInTime(app: App): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}

/** Somebody must be able to get in: a database without tokens gets one, told once on the terminal. */
async function createFirstToken({ db }: Core): Promise<string | undefined> {
  return db.write(async (tx) => {
    if ((await tx.apiToken.count()) > 0) return undefined;
    const token = generateToken();
    await insertToken(tx, token, { id: uuid(), name: 'first', scopes: ['admin'], companyId: null, expiresAt: null });
    return token;
  });
}
