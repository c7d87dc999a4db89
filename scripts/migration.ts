/**
 * Writes the next migration from the difference between prisma/migrations and prisma/schema.prisma.
 *
 *   npm run migration -- <name>      writes prisma/migrations/<time>_<name>/migration.sql
 *   npm run migration -- --check     exits 1 when the migrations do not produce the schema
 *
 * `prisma migrate` would download an engine; the same engine as WebAssembly comes with the packages.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { SchemaEngine } from '@prisma/schema-engine-wasm';
import Database from 'better-sqlite3';

const root = fileURLToPath(new URL('..', import.meta.url));
const migrationsDir = `${root}prisma/migrations`;
const schema = { path: `${root}prisma/schema.prisma`, content: readFileSync(`${root}prisma/schema.prisma`, 'utf8') };

/** A scratch database that has every migration, to compare the schema with. */
function migratedScratch(): string {
  const file = `${mkdtempSync(`${tmpdir()}/linekeeper-migration-`)}/scratch.db`;
  const database = new Database(file);
  for (const name of readdirSync(migrationsDir).sort()) {
    const path = `${migrationsDir}/${name}/migration.sql`;
    if (existsSync(path)) database.exec(withWholeIndexes(readFileSync(path, 'utf8')));
  }
  dropSearch(database);
  database.close();
  return file;
}

/**
 * The engine cannot describe an index over some of the rows: the schema calls it an index like any other. Nor one with a
 * collation: that stands in the migrations alone.
 */
function withWholeIndexes(sql: string): string {
  return sql
    .replace(/^(CREATE INDEX [^;]*\)) WHERE [^;]*;$/gm, '$1;')
    .replace(/^CREATE (UNIQUE )?INDEX [^;]* COLLATE [^;]*;$/gm, '');
}

/** Virtual tables, their triggers and what these write stand in the migrations alone: Prisma knows no such thing. */
function dropSearch(database: Database.Database): void {
  const named = (condition: string) =>
    database.prepare(`SELECT name FROM sqlite_master WHERE ${condition}`).pluck().all() as string[];
  for (const name of named("type = 'trigger'")) database.exec(`DROP TRIGGER "${name}"`);
  for (const name of named("sql LIKE 'CREATE VIRTUAL TABLE %'")) database.exec(`DROP TABLE "${name}"`);
  for (const name of ['SearchPending', 'SearchEntry']) database.exec(`DROP TABLE IF EXISTS "${name}"`);
}

async function diff(): Promise<string> {
  const file = migratedScratch();
  const engine = await SchemaEngine.new(
    { datamodels: [[schema.path, schema.content]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(new PrismaBetterSqlite3({ url: file })),
  );
  try {
    const result = await engine.diff({
      from: { tag: 'schemaDatasource', files: [schema], configDir: `${root}prisma` },
      to: { tag: 'schemaDatamodel', files: [schema] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return result.stdout ?? '';
  } finally {
    rmSync(dirname(file), { recursive: true, force: true });
  }
}

const sql = await diff();
const isEmpty = sql.trim() === '' || sql.includes('This is an empty migration');
const argument = process.argv[2];
if (argument === '--check') {
  console.log(isEmpty ? 'migrations produce the schema' : `the schema has changes without a migration:\n${sql}`);
  process.exitCode = isEmpty ? 0 : 1;
} else if (isEmpty) {
  console.log('nothing to migrate');
} else {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = `${migrationsDir}/${stamp}_${(argument ?? 'change').replace(/[^a-z0-9]+/gi, '_').toLowerCase()}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/migration.sql`, sql);
  console.log(folder);
}
