/** Goes on with the imports of a data folder until none is left, then exports tables; for tests that kill it or starve it. */
import { createBulk } from '../../src/bulk/create-bulk.ts';
import { exportTable } from '../../src/bulk/export/export-table.ts';
import { IMPORT_TABLES } from '../../src/bulk/tables/shape.ts';
import { COMPANY, openStore, realParts } from './imports.ts';

const [folder = '', chunkRows = '500', exports = ''] = process.argv.slice(2);
const db = await openStore(folder);
const { imports, start, stop } = createBulk({
  db,
  ...realParts(db),
  dataDir: folder,
  onProgress: () => void process.stdout.write('.'),
  limits: { maxBytes: 1e9, maxRows: 1e6, keepDays: 7, chunkRows: Number(chunkRows) },
  log: {
    info() {},
    warn() {},
    error: (fields, message) => void process.stderr.write(`${message} ${String((fields as { err?: unknown }).err)}\n`),
  },
});
await start();
let peak = 0;
for (;;) {
  const { items } = await imports.list({ companyId: undefined, before: undefined, limit: 100 });
  if (!items.some(({ state }) => ['running', 'undoing', 'canceling'].includes(state))) break;
  peak = Math.max(peak, process.memoryUsage().heapUsed);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
for (const table of IMPORT_TABLES.filter((name) => exports.split(',').includes(name))) {
  const common = { actor: 'x', companyId: COMPANY, format: 'csv', bom: false, filters: {} } as const;
  let lines = 0;
  for await (const text of exportTable(db, table, { ...common, columns: undefined, q: undefined })) {
    lines += text.split('\r\n').length - 1;
    peak = Math.max(peak, process.memoryUsage().heapUsed);
  }
  process.stdout.write(`${table} ${lines} lines\n`);
}
await stop();
await db.close();
process.stdout.write(`done ${JSON.stringify({ peakHeapMb: Math.round(peak / 1e6), ...process.resourceUsage() })}\n`);
