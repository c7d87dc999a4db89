import t from 'tap';
import { AmiMessage } from '../../src/asterisk/ami/ami-message.ts';
import { Backoff } from '../../src/asterisk/ami/backoff.ts';
import { Fifo } from '../../src/asterisk/ami/fifo.ts';
import { judgeRights, rightsOf } from '../../src/asterisk/ami/rights.ts';
import { createEventHints } from '../../src/asterisk/events/event-hints.ts';
import { parsePbxEvent } from '../../src/asterisk/events/pbx-event.ts';

function messageOf(fields: [string, string][]): AmiMessage {
  const message = new AmiMessage();
  for (const [name, value] of fields) message.add(name, value);
  return message;
}

t.test('events that we use are parsed, everything else is dropped', async (t) => {
  const cases: [[string, string][], object | undefined][] = [
    [[['Event', 'FullyBooted']], { type: 'fullyBooted' }],
    [[['Event', 'Shutdown']], { type: 'shutdown' }],
    [
      [
        ['Event', 'VoicemailPasswordChange'],
        ['Mailbox', '1001'],
        ['Context', 'lk-acme'],
        ['NewPassword', '4815'],
      ],
      { type: 'pinChanged', number: '1001', context: 'lk-acme' },
    ],
    [
      [
        ['Event', 'ContactStatus'],
        ['AOR', '1001'],
        ['URI', 'sip:a\u001b[2J'],
        ['ContactStatus', 'Reachable'],
      ],
      { type: 'contactStatus', aor: '1001', uri: 'sip:a\\u001b[2J', status: 'Reachable' },
    ],
    [
      [
        ['Event', 'InvalidPassword'],
        ['AccountID', '1001'],
        ['RemoteAddress', 'IPV4/UDP/192.0.2.7/5060'],
      ],
      { type: 'rejected', account: '1001', reason: 'wrong secret', remoteAddress: 'IPV4/UDP/192.0.2.7/5060' },
    ],
    [
      [
        ['Event', 'VoicemailPasswordChange'],
        ['Mailbox', '1001@evil'],
        ['Context', 'lk-acme'],
      ],
      undefined,
    ],
    [
      [
        ['Event', 'VoicemailPasswordChange'],
        ['Mailbox', '1'],
        ['Mailbox', '2'],
        ['Context', 'lk-acme'],
      ],
      undefined,
    ],
    [
      [
        ['Event', 'ContactStatus'],
        ['AOR', '1001'],
      ],
      undefined,
    ],
    [
      [
        ['Event', 'Newchannel'],
        ['CallerIDNum', '1'],
      ],
      undefined,
    ],
    [[['Event', '__proto__']], undefined],
    [[['Response', 'Success']], undefined],
  ];
  for (const [fields, expected] of cases) t.same(parsePbxEvent(messageOf(fields)), expected, fields[0]!.join(' '));
});

t.test('the last rejection of an account is kept, and a scanner cannot fill the memory', async (t) => {
  let send: (event: AmiMessage) => void = () => {};
  const source = {
    on: (_: 'event', listener: typeof send) => {
      send = listener;
      return () => {};
    },
  };
  const at = new Date('2030-01-01T00:00:00Z');
  const hints = createEventHints(source, () => at);
  const reject = (event: string, account: string) =>
    send(
      messageOf([
        ['Event', event],
        ['AccountID', account],
        ['RemoteAddress', 'IPV4/UDP/192.0.2.7/5060'],
      ]),
    );
  reject('InvalidAccountID', '1001');
  reject('InvalidPassword', '1001');
  t.same(hints.lastRejection('1001'), { reason: 'wrong secret', remoteAddress: 'IPV4/UDP/192.0.2.7/5060', at });
  t.equal(hints.lastRejection('1002'), undefined);
  for (let count = 0; count < 2_000; count += 1) reject('InvalidAccountID', `scan-${count}`);
  t.equal(hints.lastRejection('1001'), undefined);
  t.match(hints.lastRejection('scan-1999'), { reason: 'no such account' });
});

t.test('rights: what is too much and what is missing', async (t) => {
  const commands = messageOf([
    ['Response', 'Success'],
    ['DBGet', 'Get DB Entry.  (Priv: system,reporting,all)'],
    ['dbgettree', 'Get DB entries, optionally at a particular family/key  (Priv: system,reporting,all)'],
    ['Command', 'Execute Asterisk CLI Command.  (Priv: command,all)'],
    ['Ping', 'Keepalive command.  (Priv: <none>)'],
  ]);
  const rights = rightsOf('query', commands);
  t.same(rights, { excess: ['command'], missing: ['CoreSettings'] });
  t.throws(() => judgeRights('query', rights, false), { code: 'PBX_LOGIN_REFUSED', message: /CoreSettings/ });
  t.throws(() => judgeRights('query', { excess: ['command'], missing: [] }, true), { code: 'PBX_RIGHTS_TOO_WIDE' });
  t.doesNotThrow(() => judgeRights('query', { excess: ['command'], missing: [] }, false));
});

t.test('the back-off doubles, has an end, jitters and starts anew', async (t) => {
  const low = new Backoff({ first: 200, most: 30_000, random: () => 0 });
  const high = new Backoff({ first: 200, most: 30_000, random: () => 0.999 });
  t.same([low.next(), low.next(), low.next()], [100, 200, 400]);
  for (let count = 0; count < 100; count += 1) high.next();
  t.ok(high.next() <= 30_000);
  t.ok(high.next() > 29_000);
  low.reset();
  t.equal(low.next(), 100);
});

t.test('the queue keeps its order over any length', async (t) => {
  const fifo = new Fifo<number>();
  const out: number[] = [];
  for (let count = 0; count < 10_000; count += 1) {
    fifo.push(count);
    if (count % 3 === 0) out.push(fifo.shift()!);
  }
  for (let next = fifo.shift(); next !== undefined; next = fifo.shift()) out.push(next);
  t.same(
    out,
    Array.from({ length: 10_000 }, (_, index) => index),
  );
  t.equal(fifo.size, 0);
});
