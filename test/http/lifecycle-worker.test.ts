import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { countWorking } from '../../src/store/lifecycle.ts';
import { createTestApp } from '../support/app.ts';

t.test('a worker with nothing to prove says nothing', async (t) => {
  const api = await createTestApp(t);
  t.equal(countWorking(api.db.read), 0);
  api.lifecycle.worker.start();
  api.lifecycle.worker.poke();
  await delay(200);
  await api.lifecycle.worker.stop();
  t.notOk(
    api.logged.some((line) => line.includes('reports were not looked at')),
    'no look failed',
  );
});
