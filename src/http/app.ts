import { maxHeaderSize } from 'node:http';
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import type { Registry } from 'prom-client';
import { v7 as uuid } from 'uuid';
import { createIdempotency } from './idempotency.ts';
import { addAuth, createAuthenticate } from './plugins/auth.ts';
import { addBodies } from './plugins/bodies.ts';
import { addDocs } from './plugins/docs.ts';
import { addErrors, sendProblem } from './plugins/errors.ts';
import { addHeaders } from './plugins/headers.ts';
import { addHealth } from './plugins/health.ts';
import { addMetrics } from './plugins/metrics.ts';
import { addOrigin } from './plugins/origin.ts';
import { addRequestLog } from './plugins/request-log.ts';
import { addWebsocket } from './plugins/websocket.ts';
import { activityRoutes } from './routes/activity.ts';
import { avatarRoutes } from './routes/avatars.ts';
import { broadcastRoutes } from './routes/broadcasts.ts';
import { callRecordRoutes } from './routes/call-records.ts';
import { colleagueRoutes } from './routes/colleagues.ts';
import { companyRoutes } from './routes/companies.ts';
import { deletedUserRoutes } from './routes/deleted-users.ts';
import { duplicateUserRoutes } from './routes/duplicate-user.ts';
import { extensionRoutes } from './routes/extensions.ts';
import { groupRoutes } from './routes/groups.ts';
import { historyRoutes } from './routes/history.ts';
import { invitationRoutes } from './routes/invitations.ts';
import { lifecycleReportRoutes } from './routes/lifecycle-reports.ts';
import { listChoiceRoutes } from './routes/list-choices.ts';
import { liveRoutes } from './routes/live.ts';
import { loginRoutes } from './routes/login.ts';
import { mailboxRoutes } from './routes/mailboxes.ts';
import { mailRoutes } from './routes/mails.ts';
import { meRoutes } from './routes/me.ts';
import { numberRoutes } from './routes/numbers.ts';
import { pbxRoutes } from './routes/pbxes.ts';
import { roleRoutes } from './routes/roles.ts';
import { savedFilterRoutes } from './routes/saved-filters.ts';
import { scheduledActionRoutes } from './routes/scheduled-actions.ts';
import { secondFactorRoutes } from './routes/second-factor.ts';
import { accountRoutes } from './routes/sip-accounts.ts';
import { siteRoutes } from './routes/sites.ts';
import { syncRoutes } from './routes/sync.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { userAccessRoutes } from './routes/user-access.ts';
import { userLifecycleRoutes } from './routes/user-lifecycle.ts';
import { userRoutes } from './routes/users.ts';
import { TIME_LIMITS } from './time-limits.ts';
import type { ApiPlugin, App, HttpDeps } from './types.ts';
import { createWrite } from './write.ts';

export interface AppOptions {
  /** Addresses or CIDR ranges of the reverse proxies whose X-Forwarded-For is believed. Empty: nobody's. */
  trustedProxies?: readonly string[];
  /** `/metrics` without a token: for a daemon that listens on loopback only. */
  publicMetrics?: boolean;
  /** Each adds its metrics to the registry. */
  metrics?: readonly ((register: Registry) => void)[];
  /** Further routes below /api/v1 (imports, live). */
  plugins?: readonly ApiPlugin[];
}

const BODY_LIMIT = 1024 * 1024;

/** The HTTP application, ready to listen or to be injected into. Every option of fastify is decided here. */
export async function buildApp(deps: HttpDeps, options: AppOptions = {}): Promise<App> {
  const proxies = options.trustedProxies ?? [];
  const app: App = Fastify({
    loggerInstance: deps.log.child({ part: 'http' }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // Never `true` and never a number of hops: both let a client choose its address (CVE-2026-3635, CVE-2026-16732).
    trustProxy: proxies.length === 0 ? false : [...proxies],
    requestIdHeader: false,
    genReqId: () => uuid(),
    bodyLimit: BODY_LIMIT,
    // No `connectionTimeout`: it would also cut a connection on which nothing moves because the answer is being worked
    // out, as of a dry run.
    requestTimeout: TIME_LIMITS.requestTimeout,
    keepAliveTimeout: TIME_LIMITS.keepAliveTimeout,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    frameworkErrors: sendProblem,
    routerOptions: { maxParamLength: 100, ignoreTrailingSlash: false, caseSensitive: true },
    http: { maxHeaderSize, requireHostHeader: true, headersTimeout: TIME_LIMITS.headersTimeout },
  });
  app.setSerializerCompiler(() => JSON.stringify);
  addErrors(app);
  addHeaders(app);
  addRequestLog(app);
  addOrigin(app);
  addBodies(app);
  await addWebsocket(app);
  await addDocs(app, deps.version);
  await addAuth(app, createAuthenticate(deps.db, deps.log, deps.people));
  addHealth(app, deps);
  addMetrics(app, deps, options.publicMetrics === true, options.metrics);

  const write = createWrite(deps, createIdempotency(deps.db));
  await app.register(
    async (api: App) => {
      companyRoutes(api, deps, write);
      siteRoutes(api, deps, write);
      userRoutes(api, deps, write);
      duplicateUserRoutes(api, deps, write);
      avatarRoutes(api, deps, write);
      colleagueRoutes(api, deps);
      groupRoutes(api, deps, write);
      userLifecycleRoutes(api, deps, write);
      deletedUserRoutes(api, deps, write);
      scheduledActionRoutes(api, deps, write);
      lifecycleReportRoutes(api, deps);
      extensionRoutes(api, deps, write);
      accountRoutes(api, deps, write);
      mailboxRoutes(api, deps, write);
      numberRoutes(api, deps, write);
      pbxRoutes(api, deps, write);
      tokenRoutes(api, deps, write);
      loginRoutes(api, deps);
      meRoutes(api, deps, write);
      listChoiceRoutes(api, deps);
      savedFilterRoutes(api, deps, write);
      roleRoutes(api, deps, write);
      userAccessRoutes(api, deps, write);
      secondFactorRoutes(api, deps, write);
      invitationRoutes(api, deps, write);
      mailRoutes(api, deps, write);
      broadcastRoutes(api, deps, write);
      syncRoutes(api, deps);
      activityRoutes(api, deps);
      historyRoutes(api, deps);
      liveRoutes(api, deps);
      callRecordRoutes(api, deps);
    },
    { prefix: '/api/v1' },
  );
  for (const plugin of options.plugins ?? []) {
    await app.register(async (api: App) => plugin(api, deps, write), { prefix: '/api/v1' });
  }
  return app;
}
