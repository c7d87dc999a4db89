import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bulk, type BulkDeps, createBulk } from '../../src/bulk/create-bulk.ts';
import type { ImportView } from '../../src/bulk/import-view.ts';
import type { Imports } from '../../src/bulk/imports.ts';
import type { Jobs } from '../../src/bulk/jobs/jobs.ts';
import type { JobAction } from '../../src/bulk/jobs/state.ts';
import type { TableWriters } from '../../src/bulk/tables/tables.ts';
import { loadConfig } from '../../src/config.ts';
import { deskPhones } from '../../src/desk-phones.ts';
import { principalById } from '../../src/http/principals.ts';
import { importWriters } from '../../src/import-writers.ts';
import { createExtensionBatch } from '../../src/lines/extension-batch.ts';
import { createExtensions } from '../../src/lines/extensions.ts';
import { removeExtensions } from '../../src/lines/remove-extensions.ts';
import { createLifecycleService } from '../../src/people/lifecycle/service.ts';
import { createChanges } from '../../src/reconciler/changes.ts';
import { createSettledBoard } from '../../src/reconciler/settled.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createDigests } from '../../src/store/digests.ts';

export const COMPANY = 'acme';
/** Who may do all. */
export const ADMIN = { id: 'local', actor: 'local', scopes: new Set(['admin']), companyId: undefined };
const SILENT = { info() {}, warn() {}, error() {} };

/** Imports and what all jobs have, in one: as a caller of the API sees them. */
export interface TestImports
  extends Imports,
    Pick<Jobs, 'rows' | 'resultCsv' | 'credentialsCsv'>,
    Pick<Bulk, 'start' | 'stop'> {
  act(id: string, action: JobAction, actor: string): Promise<ImportView>;
}

export interface ImportSetup {
  db: Database;
  folder: string;
  imports: TestImports;
  writers: TableWriters;
  /** Another service on the same database, as after a restart. */
  restart(overrides?: Partial<BulkDeps>): TestImports;
}

export function importsOf({ imports, jobs, start, stop }: Bulk): TestImports {
  const { rows, resultCsv, credentialsCsv } = jobs;
  return {
    ...imports,
    ...{ rows, resultCsv, credentialsCsv, start, stop },
    async act(id, action, actor) {
      await jobs.act(id, action, { id: 'local', actor });
      return (await imports.get(id)) as ImportView;
    },
  };
}

export function openStore(folder: string): Promise<Database> {
  return openDatabase({
    file: join(folder, 'linekeeper.db'),
    keyFile: join(folder, 'linekeeper.key'),
    migrationsFolder: fileURLToPath(new URL('../../prisma/migrations', import.meta.url)),
  });
}

/** The real use-cases, with no PBX to poke and no action but imports. */
export function realParts(db: Database): Pick<BulkDeps, 'changes' | 'writers' | 'lookUp' | 'actions'> {
  const changes = createChanges({ db, digests: createDigests(db.seal), board: createSettledBoard(), poke: () => {} });
  const lifecycle = createLifecycleService({ seal: db.seal, restoreDays: 30, removeExtensions, poke: () => {} });
  const batch = createExtensionBatch(db.seal);
  const phones = deskPhones({ db, extensions: createExtensions(batch, db.seal) }, loadConfig({}));
  const writers = importWriters(batch, lifecycle, phones);
  return { changes, writers, actions: [], lookUp: (id, companyId) => principalById(db, id, companyId) };
}

/** A company with the extensions 1000 to 1999 and 100000 to 299999. */
export async function seed(db: Database): Promise<void> {
  const times = { createdAt: new Date(), updatedAt: new Date() };
  await db.write(async (tx) => {
    await tx.pbx.create({
      data: { id: 'pbx', name: 'main', host: 'localhost', amiPort: 5038, loginsSealed: '', ...times },
    });
    const ranges = JSON.stringify([
      ['1000', '1999'],
      ['100000', '299999'],
    ]);
    const company = { id: COMPANY, pbxId: 'pbx', name: 'Acme', slug: 'acme', endpointPrefix: '', ranges };
    await tx.company.create({ data: { ...company, country: 'DE', timezone: 'Europe/Berlin', ...times } });
  });
}

interface Teardown {
  teardown(work: () => unknown): void;
}

export async function setUpImports(t: Teardown, overrides: Partial<BulkDeps> = {}): Promise<ImportSetup> {
  const folder = mkdtempSync(join(tmpdir(), 'lk-import-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const db = await openStore(folder);
  t.teardown(() => db.close());
  await seed(db);
  const parts = realParts(db);
  const limits = { maxBytes: 1024 * 1024, maxRows: 10_000, keepDays: 7, chunkRows: 10 };
  const make = (more: Partial<BulkDeps> = {}): TestImports => {
    const bulk = createBulk({ db, ...parts, dataDir: folder, limits, log: SILENT, ...overrides, ...more });
    const imports = importsOf(bulk);
    t.teardown(() => imports.stop());
    return imports;
  };
  return { db, folder, imports: make(), writers: parts.writers, restart: make };
}

export async function* bodyOf(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part;
}

export async function textOf(stream: AsyncIterable<string | Uint8Array>): Promise<string> {
  let text = '';
  for await (const part of stream) text += typeof part === 'string' ? part : Buffer.from(part).toString();
  return text;
}

/** Waits until a job is in one of these states. */
export async function reaches(imports: Pick<Imports, 'get'>, id: string, ...states: string[]) {
  for (;;) {
    const job = await imports.get(id);
    if (job !== undefined && states.includes(job.state)) return job;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function rowsCsv(from: number, count: number): string {
  let text = 'extension,display_name,mailbox\n';
  for (let n = from; n < from + count; n++) text += `${n},User ${n},yes\n`;
  return text;
}
