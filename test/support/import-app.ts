import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { type Bulk, createBulk } from '../../src/bulk/create-bulk.ts';
import { importRoutes } from '../../src/http/routes/imports.ts';
import { createTestApp, type Json, type TestApp } from './app.ts';
import { importsOf, reaches, realParts, type TestImports } from './imports.ts';

const SILENT = { info() {}, warn() {}, error() {} };

export interface ImportApp {
  api: TestApp;
  imports: TestImports;
  companyId: string;
  send(query: string, payload: string | Buffer, type?: string): Promise<{ status: number; body: Json }>;
  /** Sends a file, imports it and answers the import when it has ended. */
  run(query: string, payload: string | Buffer, type?: string): Promise<Json>;
  /** Names of the files that imports keep. */
  files(): Promise<string[]>;
}

/** The production app with imports for one company with the extensions 1000 to 1999. */
export async function setUpImportApp(t: Test): Promise<ImportApp> {
  let bulk: Bulk | undefined;
  const dataDir = t.testdir({});
  const api = await createTestApp(t, {
    plugins: [
      (app, deps, write) => {
        const limits = { maxBytes: 2_000_000, maxRows: 1000, keepDays: 7 };
        bulk = createBulk({ db: deps.db, ...realParts(deps.db), dataDir, limits, log: SILENT });
        return importRoutes(bulk)(app, deps, write);
      },
    ],
  });
  t.teardown(() => bulk?.stop());
  const imports = importsOf(bulk as unknown as Bulk);
  const admin = await api.token(['admin']);
  const { id: companyId } = await api.company('acme');
  const files = () => readdir(join(dataDir, 'imports'));
  const send = async (query: string, payload: string | Buffer, type = 'text/csv') => {
    const headers = { authorization: `Bearer ${admin}`, 'content-type': type };
    const url = `/api/v1/imports?companyId=${companyId}${query}`;
    const response = await api.inject({ method: 'POST', url, headers, payload });
    return { status: response.statusCode, body: response.json() };
  };
  return {
    api,
    imports,
    companyId,
    send,
    async run(query, payload, type) {
      const sent = await send(`${query}&start=true`, payload, type);
      if (sent.status !== 201) throw new Error(JSON.stringify(sent.body));
      await reaches(imports, sent.body.id, 'done');
      // The file goes after the last row has its result.
      while ((await files()).includes(`${sent.body.id}.csv`)) await new Promise((resolve) => setTimeout(resolve, 5));
      return (await api.call('GET', `/imports/${sent.body.id}`)).body;
    },
    files,
  };
}

/** A sample file of another system. */
export function sample(name: string): Buffer {
  return readFileSync(fileURLToPath(new URL(`../fixtures/migration/${name}`, import.meta.url)));
}
