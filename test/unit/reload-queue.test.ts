import t, { type Test } from 'tap';
import { Batch } from '../../src/reconciler/batch.ts';
import { createReloadQueue } from '../../src/reconciler/reload-queue.ts';

/** A queue on a clock that only the test moves. */
function setup(t: Test, limits = { reloadQuietMs: 100, reloadMaxMs: 1000 }) {
  let now = 5000;
  const real = performance.now;
  performance.now = () => now;
  t.teardown(() => {
    performance.now = real;
  });
  return {
    queue: createReloadQueue(limits),
    pass(ms: number) {
      now += ms;
    },
  };
}

t.test('an empty queue has nothing due, ever', async (t) => {
  const { queue } = setup(t);
  t.equal(queue.nextDueMs(), undefined);
  t.same(queue.takeDue(), []);
});

t.test('a reload waits for more mailboxes, and one serves all that came', async (t) => {
  const { queue, pass } = setup(t);
  const batches = [new Batch(), new Batch(), new Batch()];
  for (const batch of batches) {
    queue.add('voicemail', batch);
    pass(60);
    t.same(queue.takeDue(), [], 'still coming');
  }
  t.equal(queue.nextDueMs(), 40);
  pass(40);
  t.equal(queue.nextDueMs(), 0);
  const due = queue.takeDue();
  t.equal(due.length, 1);
  t.equal(due[0]?.what, 'voicemail');
  t.strictSame(due[0]?.batches, batches);
  t.same(queue.takeDue(), [], 'taken once');
  t.equal(queue.nextDueMs(), undefined);
});

t.test('a stream that never pauses is served all the same', async (t) => {
  const { queue, pass } = setup(t);
  let waited = 0;
  for (; queue.takeDue().length === 0 && waited < 5000; waited += 50) {
    queue.add('voicemail', new Batch());
    pass(50);
  }
  t.equal(waited, 1000);
});

t.test('the dialplan does not wait', async (t) => {
  const { queue } = setup(t);
  queue.add('voicemail', new Batch());
  queue.add('dialplan', new Batch());
  t.equal(queue.nextDueMs(), 0);
  t.same(
    queue.takeDue().map(({ what }) => what),
    ['dialplan'],
  );
  t.equal(queue.nextDueMs(), 100, 'the voicemail goes on waiting');
});

t.test('what was cleared is never due', async (t) => {
  const { queue, pass } = setup(t);
  queue.add('voicemail', new Batch());
  queue.clear();
  pass(10_000);
  t.equal(queue.nextDueMs(), undefined);
  t.same(queue.takeDue(), []);
});

t.test('without a quiet time every reload is due at once', async (t) => {
  const { queue } = setup(t, { reloadQuietMs: 0, reloadMaxMs: 0 });
  queue.add('voicemail', new Batch());
  t.equal(queue.takeDue().length, 1);
});

t.test('what a reload that failed has left behind goes along with the next one, and causes none', async (t) => {
  const { queue, pass } = setup(t);
  const [kept, batch] = [new Batch(), new Batch()];
  queue.keep('voicemail', kept);
  pass(10_000);
  t.equal(queue.nextDueMs(), undefined);
  t.same(queue.takeDue(), []);
  t.strictSame(queue.batches(), [kept]);
  queue.add('voicemail', batch);
  t.equal(queue.nextDueMs(), 100);
  pass(100);
  t.strictSame(queue.takeDue(), [{ what: 'voicemail', batches: [kept, batch] }]);
});
