import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createTestApp } from '../support/app.ts';

const writer = fileURLToPath(new URL('../support/writer.ts', import.meta.url));
const COUNT = 60;

for (const killAfter of [1, 17, 40]) {
  t.test(
    `killed with SIGKILL after ${killAfter} answers: sending everything again adds each number once`,
    async (t) => {
      const before = await createTestApp(t);
      const company = await before.company('acme');
      const token = await before.token(['admin']);
      const { folder } = before;
      await before.app.close();
      await before.db.close();

      const child = spawn(process.execPath, [
        '--import=./scripts/typescript.mjs',
        '--no-warnings',
        writer,
        folder,
        token,
        company.id,
        String(COUNT),
      ]);
      const answered = new Map<number, string>();
      for await (const line of createInterface({ input: child.stdout })) {
        const [i, status, id] = line.split(' ');
        if (status === '201') answered.set(Number(i), id ?? '');
        if (answered.size === killAfter) child.kill('SIGKILL');
      }
      t.ok(answered.size >= killAfter && answered.size < COUNT, `${answered.size} answers were read`);

      const after = await createTestApp(t, {}, folder);
      const found = (await after.call('GET', '/numbers?limit=500')).body.items;
      for (const id of answered.values())
        t.ok(
          found.some((one: { id: string }) => one.id === id),
          'an answered number is there',
        );
      for (let i = 0; i < COUNT; i++) {
        const answer = await after.call('POST', '/numbers', {
          token,
          headers: { 'idempotency-key': `key-${i}` },
          body: { companyId: company.id, e164: `+49301234${String(i).padStart(3, '0')}` },
        });
        t.equal(answer.status, 201, `number ${i}`);
        if (answered.has(i)) t.equal(answer.body.id, answered.get(i), `number ${i} is the one that was answered`);
      }
      t.equal((await after.call('GET', '/numbers')).body.total, COUNT);
    },
  );
}
