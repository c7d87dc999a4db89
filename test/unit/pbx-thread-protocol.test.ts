import t from 'tap';
import {
  packError,
  packObservation,
  packResults,
  packWrites,
  unpackError,
  unpackObservation,
  unpackResults,
  unpackWrites,
} from '../../src/asterisk/thread/protocol.ts';
import { isLinekeeperError, LinekeeperError } from '../../src/errors.ts';
import type { Write, WriteResult } from '../../src/plan/ports.ts';

/** What passes between threads is cloned. */
const passed = <T>(value: T): T => structuredClone(value);

t.test('writes arrive as they were, deletes and creates among them', async (t) => {
  const writes: Write[] = [
    { ref: 'auth/1001', before: undefined, after: '{"a":"b"}' },
    { ref: 'aor/1001', before: '{"old":"1"}', after: undefined },
    { ref: 'mailbox/1001@lk-acme-09', before: '1234,A', after: '4321,B' },
  ];
  t.strictSame(unpackWrites(passed(packWrites(writes))), writes);
});

t.test('results keep their places; only failures travel', async (t) => {
  const writes: Write[] = ['a', 'b', 'c'].map((name) => ({ ref: `aor/${name}`, before: undefined, after: '{}' }));
  const results: WriteResult[] = [
    { ref: 'aor/a', ok: true },
    { ref: 'aor/b', ok: false, code: 'AMI_REFUSED', reason: 'no', retryable: true },
    { ref: 'aor/c', ok: true },
  ];
  const packed = passed(packResults(results));
  t.equal(packed.length, 1);
  t.strictSame(unpackResults(writes, packed), results);
});

t.test('an observation keeps every object', async (t) => {
  const seen = {
    objects: new Map([
      ['aor/1', '{}'],
      ['number/49', '{"x":"y"}'],
    ]),
    foreignEndpoints: new Set(['trunk']),
  };
  t.strictSame(unpackObservation(passed(packObservation(seen))), seen);
});

t.test('an error of ours keeps code and details, a bug its message and stack', async (t) => {
  const ours = unpackError(
    passed(packError(new LinekeeperError('AMI_REFUSED', 'said no', { details: { said: 'no' } }))),
  );
  t.ok(isLinekeeperError(ours));
  t.match(ours, { code: 'AMI_REFUSED', message: 'said no', details: { said: 'no' }, retryable: true });
  const bug = new TypeError('x is not a function');
  const theirs = unpackError(passed(packError(bug)));
  t.notOk(isLinekeeperError(theirs));
  t.match(theirs, { message: bug.message, stack: bug.stack });
});
