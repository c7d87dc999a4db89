import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createImports, type Imports, type ImportsDeps } from '../../src/bulk/imports.ts';
import type { RowWriter } from '../../src/bulk/ports.ts';
import { createExtensionBatch } from '../../src/lines/extension-batch.ts';
import { createChanges } from '../../src/reconciler/changes.ts';
import { createSettledBoard } from '../../src/reconciler/settled.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createDigests } from '../../src/store/digests.ts';

export const COMPANY = 'acme';
const SILENT = { info() {}, warn() {}, error() {} };

export interface ImportSetup {
  db: Database;
  folder: string;
  imports: Imports;
  writer: RowWriter;
  /** Another service on the same database, as after a restart. */
  restart(overrides?: Partial<ImportsDeps>): Imports;
}

export function openStore(folder: string): Promise<Database> {
  return openDatabase({
    file: join(folder, 'linekeeper.db'),
    keyFile: join(folder, 'linekeeper.key'),
    migrationsFolder: fileURLToPath(new URL('../../prisma/migrations', import.meta.url)),
  });
}

/** The real use-cases, with no PBX to poke. */
export function realParts(db: Database): Pick<ImportsDeps, 'changes' | 'writer'> {
  const batch = createExtensionBatch(db.seal);
  const changes = createChanges({ db, digests: createDigests(db.seal), board: createSettledBoard(), poke: () => {} });
  const writer: RowWriter = {
    apply: batch.apply,
    removeCreated: (tx, actor, items) => batch.remove(tx, actor, items, 'spare'),
    restore: batch.restore,
    heldUsers: batch.heldUsers,
    removeUsers: batch.removeUsers,
  };
  return { changes, writer };
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

export async function setUpImports(t: Teardown, overrides: Partial<ImportsDeps> = {}): Promise<ImportSetup> {
  const folder = mkdtempSync(join(tmpdir(), 'lk-import-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const db = await openStore(folder);
  t.teardown(() => db.close());
  await seed(db);
  const parts = realParts(db);
  const limits = { maxBytes: 1024 * 1024, maxRows: 10_000, keepDays: 7, chunkRows: 10 };
  const make = (more: Partial<ImportsDeps> = {}): Imports => {
    const imports = createImports({ db, ...parts, dataDir: folder, limits, log: SILENT, ...overrides, ...more });
    t.teardown(() => imports.stop());
    return imports;
  };
  return { db, folder, imports: make(), writer: parts.writer, restart: make };
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
export async function reaches(imports: Imports, id: string, ...states: string[]) {
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
