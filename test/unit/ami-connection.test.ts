import t, { type Test as TapTest } from 'tap';
import type { AmiRole } from '../../src/asterisk/ami/actions.ts';
import { AmiConnection, type AmiConnectionOptions } from '../../src/asterisk/ami/ami-connection.ts';
import type { AmiMessage } from '../../src/asterisk/ami/ami-message.ts';
import { ManagerWire } from '../../src/asterisk/ami/wire-manager.ts';
import { StreamWire } from '../../src/asterisk/ami/wire-stream.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { LoopbackAmi, message, type ReceivedAction, treeAnswer } from '../support/loopback-ami.ts';

const TREE = { event: 'DBGetTreeResponse', complete: 'DBGetTreeComplete' };
const CREDENTIALS = { username: 'linekeeper', secret: 'canary-secret' };
const key = (item: AmiMessage) => item.get('Key');

for (const Wire of [StreamWire, ManagerWire]) {
  t.test(Wire.name, async (t) => {
    const open = (t: TapTest, port: number, role: AmiRole = 'query', more: Partial<AmiConnectionOptions> = {}) => {
      const wire = new Wire({ host: '127.0.0.1', port });
      return AmiConnection.open({ role, credentials: CREDENTIALS, wire, ...more }).then((connection) => {
        t.teardown(() => connection.close('the test is over'));
        return connection;
      });
    };

    t.test('an action is answered by its own ActionID, whatever the order', async (t) => {
      const server = await LoopbackAmi.start(t);
      const connection = await open(t, server.port);
      const received: ReceivedAction[] = [];
      server.script = (one) => {
        received.push(one);
        if (received.length < 3) return;
        for (const { reply, fields } of received.reverse()) reply(['Response: Success', `Echo: ${fields.get('key')}`]);
      };
      const answers = await Promise.all(
        ['a', 'b', 'c'].map((name) => connection.action('DBGet', { Family: 'f', Key: name })),
      );
      t.same(
        answers.map((answer) => answer.get('Echo')),
        ['a', 'b', 'c'],
      );
    });

    t.test('ActionIDs are long, random and never repeated', async (t) => {
      const server = await LoopbackAmi.start(t);
      server.script = ({ reply }) => reply(['Response: Success']);
      for (let round = 0; round < 2; round += 1) {
        const connection = await open(t, server.port);
        for (let count = 0; count < 5; count += 1) await connection.action('CoreStatus');
      }
      const ids = server.actions.filter(({ action }) => action === 'CoreStatus').map(({ id }) => id);
      t.equal(new Set(ids).size, 10);
      t.ok(ids.every((id) => id.length >= 22));
      t.equal(new Set(ids.map((id) => id.slice(0, 22))).size, 2, 'each connection has its own 128 bits');
    });

    t.test('an error answer is AMI_REFUSED with what Asterisk said', async (t) => {
      const server = await LoopbackAmi.start(t);
      server.script = ({ reply }) => reply(['Response: Error', 'Message: No\u001bsuch thing']);
      const connection = await open(t, server.port);
      await t.rejects(connection.action('CoreStatus'), { code: 'AMI_REFUSED', message: /No\\u001bsuch thing/ });
    });

    t.test('a refused login says so', async (t) => {
      const server = await LoopbackAmi.start(t);
      server.login = 'refuse';
      const error = await open(t, server.port).catch((error) => error);
      t.match(error, { code: 'PBX_LOGIN_REFUSED' });
      t.notMatch(`${error.message} ${error.stack}`, 'canary-secret');
    });

    t.test('a login without an answer has an end', async (t) => {
      const server = await LoopbackAmi.start(t);
      server.login = 'ignore';
      await t.rejects(open(t, server.port, 'query', { deadlines: { login: 150 } }), { code: 'PBX_UNREACHABLE' });
    });

    t.test('nobody listens: PBX_UNREACHABLE', async (t) => {
      const server = await LoopbackAmi.start(t);
      const { port } = server;
      await server.stop();
      server.stop = async () => {};
      await t.rejects(open(t, port), { code: 'PBX_UNREACHABLE' });
    });

    t.test('an action without an answer ends with AMI_TIMEOUT, and its late answer reaches nobody', async (t) => {
      const server = await LoopbackAmi.start(t);
      const connection = await open(t, server.port);
      let late: ReceivedAction | undefined;
      server.script = (one) => {
        late ??= one;
        if (one !== late) one.reply(['Response: Success', 'Second: yes']);
      };
      await t.rejects(connection.action('CoreStatus', {}, { timeout: 100 }), { code: 'AMI_TIMEOUT' });
      late!.reply(['Response: Success', 'First: yes']);
      const answer = await connection.action('CoreStatus');
      t.equal(answer.get('First'), undefined);
      t.equal(answer.get('Second'), 'yes');
      t.equal(connection.strayAnswers, 1);
    });

    t.test('doubled, contradicting and unasked answers are counted and dropped', async (t) => {
      const server = await LoopbackAmi.start(t);
      const connection = await open(t, server.port);
      server.script = ({ raw, id }) => {
        raw(message('wrong-id', ['Response: Success', 'Nr: 0']));
        raw(message(id, ['Response: Success', 'Nr: 1']));
        raw(message(id, ['Response: Error', 'Nr: 2']));
      };
      t.equal((await connection.action('CoreStatus')).get('Nr'), '1');
      t.equal((await connection.action('CoreStatus')).get('Nr'), '1');
      t.ok(connection.strayAnswers >= 3);
      t.equal(connection.pendingCount, 0);
    });

    t.test('a list counts only when it is whole', async (t) => {
      const server = await LoopbackAmi.start(t);
      const connection = await open(t, server.port);
      const list = () => connection.list('DBGetTree', { Family: 'linekeeper', Key: '' }, TREE, key);
      server.script = ({ reply }) => reply(...treeAnswer(['/a', '/b']));
      t.same(await list(), ['/a', '/b']);
      server.script = ({ reply }) => reply(...treeAnswer([]));
      t.same(await list(), []);
      server.script = ({ reply }) => reply(...treeAnswer(['/a', '/b'], 3));
      await t.rejects(list(), { code: 'AMI_LIST_SHORT', details: { promised: '3', parsed: 2 } });
      server.script = ({ reply }) => reply(...treeAnswer(['/a', '/b'], 1));
      await t.rejects(list(), { code: 'AMI_LIST_SHORT' });
      server.script = ({ reply }) => reply(['Response: Error', 'Message: Database unavailable']);
      await t.rejects(list(), { code: 'AMI_REFUSED' });
      server.script = ({ reply }) => reply(...treeAnswer(['/a']).slice(0, 2));
      await t.rejects(
        connection.list('DBGetTree', { Family: 'linekeeper', Key: '' }, TREE, key, { timeout: 100 }),
        { code: 'AMI_TIMEOUT' },
        'no Complete',
      );
    });

    t.test('items of another list, or without the ActionID, are not ours', async (t) => {
      const server = await LoopbackAmi.start(t);
      const connection = await open(t, server.port);
      server.script = ({ raw, id }) => {
        const [start, item, end] = treeAnswer(['/a']);
        raw(message(id, start!) + message('other', item!) + message(id, item!) + message('other', end!));
        raw('Event: DBGetTreeComplete\r\nListItems: 0\r\n\r\n');
        raw(message(id, end!));
      };
      t.same(await connection.list('DBGetTree', { Family: 'f', Key: '' }, TREE, key), ['/a']);
    });

    t.test('an event forged inside a value resolves nothing', async (t) => {
      const server = await LoopbackAmi.start(t);
      const events: string[] = [];
      const connection = await open(t, server.port, 'events', {
        onEvent: (event) => events.push(event.get('Event') ?? ''),
      });
      server.script = ({ raw, id }) => {
        raw(
          'Event: Newchannel\r\nCallerIDNum: 1\r\n\r\nResponse: Success\r\nActionID: 1700000000000\r\nForged: yes\r\n\r\n',
        );
        raw(message(id, ['Response: Success']));
      };
      const answer = await connection.action('Ping');
      t.equal(answer.get('Forged'), undefined);
      t.same(events, ['Newchannel']);
    });

    t.test('events named like the package own events, and a header __proto__, do no harm', async (t) => {
      const server = await LoopbackAmi.start(t);
      const events: string[] = [];
      const connection = await open(t, server.port, 'events', {
        onEvent: (event) => events.push(event.get('Event') ?? ''),
      });
      const names = ['ChallengeResponseFailed', 'rawevent', 'Close', 'error', 'connect', 'end', 'managerevent'];
      server.script = ({ reply, raw }) => {
        for (const name of names) raw(`Event: ${name}\r\nResponse: z\r\n__proto__: x\r\nconstructor: y\r\n\r\n`);
        reply(['Response: Success']);
      };
      await connection.action('Ping');
      t.same(events, names);
      t.equal(connection.closed, undefined);
      t.equal(({} as Record<string, unknown>).x, undefined);
    });

    t.test('whatever is pending is rejected when the connection ends', async (t) => {
      const server = await LoopbackAmi.start(t);
      const connection = await open(t, server.port, 'query', { window: 2 });
      const pending = [1, 2, 3, 4].map(() => connection.action('CoreStatus'));
      const list = connection.list('DBGetTree', { Family: 'f', Key: '' }, TREE, key);
      const settled = Promise.allSettled([...pending, list]);
      server.script = ({ cut }) => cut();
      for (const result of await settled) {
        t.match(result, { status: 'rejected', reason: { code: 'AMI_CLOSED' } });
      }
      t.equal(connection.pendingCount, 0);
      await t.rejects(connection.action('CoreStatus'), { code: 'AMI_CLOSED' }, 'and nothing more is taken');
    });

    t.test('no more actions are on the wire than the window allows', async (t) => {
      const server = await LoopbackAmi.start(t);
      const connection = await open(t, server.port, 'query', { window: 3 });
      const received: ReceivedAction[] = [];
      let most = 0;
      server.script = (one) => {
        received.push(one);
        most = Math.max(most, received.length);
        setImmediate(() => received.shift()?.reply(['Response: Success']));
      };
      await Promise.all(Array.from({ length: 50 }, () => connection.action('CoreStatus')));
      t.ok(most <= 3, `${most}`);
    });

    t.test('a peer that falls silent is given up, by a ping of its own', async (t) => {
      const server = await LoopbackAmi.start(t);
      const ended = new Promise<string>((resolve) => {
        open(t, server.port, 'query', { deadlines: { ping: 50, silence: 200 }, onClose: resolve });
      });
      t.equal(await ended, 'Asterisk stopped answering');
      t.ok(server.actions.some(({ action }) => action.toLowerCase() === 'ping'));
    });

    t.test('bytes that come one by one say the same', async (t) => {
      const server = await LoopbackAmi.start(t);
      const proxy = await FaultProxy.start(t, server.port);
      proxy.faults = { dripEvery: 0 };
      server.script = ({ reply }) => reply(...treeAnswer(['/é', '/😀']));
      const connection = await open(t, proxy.port);
      t.same(await connection.list('DBGetTree', { Family: 'f', Key: '' }, TREE, key), ['/é', '/😀']);
    });

    t.test('what is not on the login list, or unsafe, never reaches the wire', async (t) => {
      const server = await LoopbackAmi.start(t);
      const forbidden: [AmiRole, string, Record<string, string>][] = [
        ['events', 'DBPut', { Family: 'linekeeper/x', Key: 'k', Val: 'canary' }],
        ['query', 'DBPut', { Family: 'linekeeper/x', Key: 'k', Val: 'canary' }],
        ['query', 'Command', { Command: 'canary' }],
        ['query', 'constructor', { X: 'canary' }],
        ['sync', 'DBPut', { Family: 'sip/registry', Key: 'canary', Val: 'x' }],
        ['sync', 'DBDelTree', { Family: 'linekeeper/canary' }],
        ['sync', 'DBDel', { Family: 'registrar/contact', Key: 'canary' }],
        ['sync', 'Hangup', { Channel: '/.*canary/' }],
        ['sync', 'Hangup', { Channel: 'PJSIP/.*/canary' }],
        ['sync', 'Originate', { Channel: 'canary' }],
        ['config', 'Reload', {}],
        ['config', 'Reload', { Module: 'res_pjsip.so' }],
        ['config', 'GetConfig', { Filename: '../canary.conf' }],
        ['config', 'GetConfig', { Filename: 'manager.conf' }],
        ['config', 'UpdateConfig', { SrcFilename: 'linekeeper-companies.conf', DstFilename: 'canary.conf' }],
        ['config', 'CreateConfig', { Filename: 'canary.conf' }],
      ];
      for (const [role, action, fields] of forbidden) {
        const connection = await open(t, server.port, role);
        await t.rejects(connection.action(action, fields), { code: 'AMI_ACTION_FORBIDDEN' }, `${role} ${action}`);
        connection.close('done');
      }
      const sync = await open(t, server.port, 'sync');
      for (const value of ['canary\nAction: Command', 'canary\r', '\0canary', ` canary`]) {
        const put = sync.action('DBPut', { Family: 'linekeeper/x', Key: 'k', Val: value });
        await t.rejects(put, { code: 'AMI_UNSAFE_VALUE' });
      }
      t.equal(sync.pendingCount, 0);
      t.notMatch(server.received, /canary(?!-secret)/);
    });
  });
}

t.test('cut at every single byte of a session, the next connection is as good as new', async (t) => {
  const server = await LoopbackAmi.start(t);
  server.script = ({ reply }) => reply(...treeAnswer(['/a', '/b']));
  const session = async (port: number, Wire: typeof StreamWire | typeof ManagerWire) => {
    const wire = new Wire({ host: '127.0.0.1', port });
    const connection = await AmiConnection.open({ role: 'query', credentials: CREDENTIALS, wire });
    try {
      return await connection.list('DBGetTree', { Family: 'f', Key: '' }, TREE, key);
    } finally {
      connection.close('done');
    }
  };
  const proxy = await FaultProxy.start(t, server.port);
  for (const Wire of [StreamWire, ManagerWire]) {
    const wrong: string[] = [];
    for (let cutAfter = 1; cutAfter < 520; cutAfter += 1) {
      proxy.faults = { cutAfter };
      const cut = await session(proxy.port, Wire).then(
        (keys) => keys.join(),
        (error) => error.code,
      );
      if (!['PBX_UNREACHABLE', 'AMI_CLOSED', '/a,/b'].includes(cut)) wrong.push(`${cutAfter}: ${cut}`);
    }
    t.same(wrong, [], `${Wire.name}: an error or the whole list`);
    proxy.faults = {};
    t.same(await session(proxy.port, Wire), ['/a', '/b']);
  }
});
