/** A daemon's HTTP side that is killed in the middle of writing: adds numbers under keys and says which were answered. */
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { buildApp } from '../../src/http/app.ts';
import type { HttpDeps } from '../../src/http/types.ts';
import { openDatabase } from '../../src/store/database.ts';
import { testPeople } from './app.ts';

const [folder, token, companyId, count] = process.argv.slice(2) as [string, string, string, string];
const db = await openDatabase({
  file: `${folder}/test.db`,
  keyFile: `${folder}/test.key`,
  migrationsFolder: fileURLToPath(new URL('../../prisma/migrations', import.meta.url)),
});
const changes = {
  run: (work: Parameters<typeof db.write>[0]) => db.write(work).then((value) => ({ value, touched: [] })),
};
const deps = {
  db,
  changes,
  people: testPeople(db),
  log: pino({ level: 'silent' }),
  version: '0',
  isReady: () => true,
} as unknown as HttpDeps;
const app = await buildApp(deps);
for (let i = 0; i < Number(count); i++) {
  const response = await app.inject({
    method: 'POST',
    url: '/api/v1/numbers',
    headers: { authorization: `Bearer ${token}`, 'idempotency-key': `key-${i}` },
    payload: { companyId, e164: `+49301234${String(i).padStart(3, '0')}` },
  });
  process.stdout.write(`${i} ${response.statusCode} ${response.json().id}\n`);
}
