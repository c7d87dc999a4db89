import type { Test } from 'tap';
import { type Bulk, type BulkDeps, createBulk } from '../../src/bulk/create-bulk.ts';
import { importRoutes } from '../../src/http/routes/imports.ts';
import { jobRoutes } from '../../src/http/routes/jobs.ts';
import type { ApiPlugin } from '../../src/http/types.ts';
import { createExtensionBatch } from '../../src/lines/extension-batch.ts';
import { massActions } from '../../src/mass-actions.ts';
import type { MassAction } from '../../src/store/mass-action.ts';
import { createTestApp, type Json, type TestApp } from './app.ts';
import { realParts } from './imports.ts';

const SILENT = { info() {}, warn() {}, error() {} };

export interface JobsOptions {
  /** Besides those of the product. */
  actions?: readonly MassAction[];
  chunkRows?: number;
  deps?: Partial<BulkDeps>;
}

/** The routes of jobs and nothing to do for them, for tests of all routes. */
export function jobPlugin(t: Test): ApiPlugin {
  return (app, deps, write) => {
    const limits = { maxBytes: 1e6, maxRows: 10_000, keepDays: 7 };
    const bulk = createBulk({ db: deps.db, ...realParts(deps.db), dataDir: t.testdir({}), limits, log: SILENT });
    t.teardown(() => bulk.stop());
    return jobRoutes(bulk)(app, deps, write);
  };
}

export interface JobsApp {
  api: TestApp;
  acme: Json;
  bulk: Bulk;
  /** Prepares a job and answers what the API says. */
  create(action: string, selection: Json, more?: Json, token?: string): Promise<{ status: number; body: Json }>;
  /** Starts it with the token of a preview. */
  start(id: string, token?: string): Promise<Json>;
  /** Prepares, previews and runs it to its end. */
  run(action: string, selection: Json, params?: Json): Promise<Json>;
  step(id: string, step: string, token?: string): Promise<{ status: number; body: Json }>;
  reaches(id: string, ...states: string[]): Promise<Json>;
  rows(id: string): Promise<Json[]>;
  user(username: string, more?: Json): Promise<Json>;
}

/** The production app with all mass actions, on a database of its own. */
export async function setUpJobs(t: Test, options: JobsOptions = {}): Promise<JobsApp> {
  let made: Bulk | undefined;
  const dataDir = t.testdir({});
  const api = await createTestApp(t, {
    plugins: [
      (app, deps, write) => {
        const limits = { maxBytes: 1e6, maxRows: 10_000, keepDays: 7, chunkRows: options.chunkRows ?? 10 };
        made = createBulk({
          ...{ db: deps.db, ...realParts(deps.db), dataDir, limits, log: SILENT },
          changes: deps.changes,
          actions: [...massActions({ ...deps, batch: createExtensionBatch(deps.db.seal) }), ...(options.actions ?? [])],
          ...options.deps,
        });
        importRoutes(made)(app, deps, write);
        return jobRoutes(made)(app, deps, write);
      },
    ],
  });
  t.teardown(() => made?.stop());
  const acme = await api.company('acme');
  const bulk = made as unknown as Bulk;
  const self: JobsApp = {
    api,
    acme,
    bulk,
    create: (action, selection, more = {}, token) =>
      api.call('POST', '/jobs', { body: { companyId: acme.id, action, selection, ...more }, token }),
    async start(id, token) {
      const preview = await api.call('POST', `/jobs/${id}/preview`, { token });
      const started = await api.call('POST', `/jobs/${id}/start`, { body: { token: preview.body.token }, token });
      if (started.status !== 200) throw new Error(`${started.status} ${started.text}`);
      return preview.body;
    },
    async run(action, selection, params = {}) {
      const { status, body } = await self.create(action, selection, { params });
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
      await self.start(body.id);
      return self.reaches(body.id, 'done', 'failed', 'paused');
    },
    step: (id, step, token) => api.call('POST', `/jobs/${id}/${step}`, { token }),
    async reaches(id, ...states) {
      for (;;) {
        const { status, body } = await api.call('GET', `/jobs/${id}`);
        if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
        if (states.includes(body.state)) return body;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async rows(id) {
      return (await api.call('GET', `/jobs/${id}/rows?limit=500`)).body.items;
    },
    async user(username, more = {}) {
      const input = { companyId: acme.id, username, firstName: 'Anna', lastName: 'Berg', ...more };
      const { status, body } = await api.call('POST', '/users', { body: input });
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
      return body;
    },
  };
  return self;
}
