import t from 'tap';
import { freePort } from '../support/asterisk.ts';
import { startDialplan } from '../support/dialplan.ts';

t.test('calls between extensions', async (t) => {
  const d = await startDialplan(t);
  const { phones } = d;
  const alice = await d.phone('1001');

  await t.test('a wrong secret does not register', async (t) => {
    t.equal(await phones.register({ ...alice, secret: 'wrong' }, await freePort()), 401);
  });

  await t.test('one extension reaches another', async (t) => {
    const bob = await d.phone('1002');
    const callee = await phones.callee(bob.port, 'answer');
    const call = phones.call({ ...alice, to: '1002' });
    t.equal(await call.status(), 200);
    t.equal(await call.done, 0);
    t.equal(await callee.done, 0);
  });

  await t.test('the called phone sees the extension that calls, whatever the caller claims', async (t) => {
    const bob = await d.phone('1003');
    const callee = await phones.callee(bob.port, 'answer');
    const call = phones.call({ ...alice, to: '1003', name: 'The Boss' });
    await call.done;
    await callee.done;
    t.match(callee.messages(), /From: .*<sip:1001@/);
  });

  await t.test('all accounts of an extension ring, the first to answer gets the call', async (t) => {
    const desk = await d.phone('1004', { accounts: '1004&1004-2&1004-3' });
    const soft = { ...(await d.account('1004-2', 'acme')), port: await freePort() };
    await phones.register(soft, soft.port);
    const ringing = await phones.callee(desk.port, 'no-answer');
    const answering = await phones.callee(soft.port, 'answer', { ringing: 300 });
    const call = phones.call({ ...alice, to: '1004' });
    t.equal(await call.status(), 200);
    t.equal(await answering.done, 0);
    t.equal(await ringing.done, 0, 'the other phone rang and was cancelled');
  });

  await t.test('a busy extension without mailbox is busy', async (t) => {
    const bob = await d.phone('1005');
    await phones.callee(bob.port, 'busy');
    t.equal(await phones.call({ ...alice, to: '1005' }).status(), 486);
  });

  await t.test('an extension without a registered phone is unavailable', async (t) => {
    await d.extension('1006');
    t.equal(await phones.call({ ...alice, to: '1006' }).status(), 480);
  });

  await t.test('an extension that does not exist is unknown', async (t) => {
    t.equal(await phones.call({ ...alice, to: '1999' }).status(), 404);
  });

  await t.test('a disabled extension is unknown to callers and cannot call', async (t) => {
    const off = await d.phone('1007', { enabled: 'no' });
    t.equal(await phones.call({ ...alice, to: '1007' }).status(), 404);
    t.equal(await phones.call({ ...off, to: '1001' }).status(), 403);
  });

  await t.test('do not disturb is busy and leaves the phone alone', async (t) => {
    const bob = await d.phone('1008', { dnd: 'yes' });
    const callee = await phones.callee(bob.port, 'answer');
    t.equal(await phones.call({ ...alice, to: '1008' }).status(), 486);
    t.notMatch(callee.messages(), /INVITE/);
    await callee.end();
  });

  await t.test('forwarding', async (t) => {
    const target = await d.phone('1010');

    await t.test('always: the phone does not ring', async (t) => {
      await d.phone('1011', { forwardAlways: '1010' });
      const callee = await phones.callee(target.port, 'answer');
      t.equal(await phones.call({ ...alice, to: '1011' }).status(), 200);
      t.equal(await callee.done, 0);
    });

    await t.test('when busy', async (t) => {
      const busy = await d.phone('1012', { forwardBusy: '1010' });
      const [refusing, callee] = [await phones.callee(busy.port, 'busy'), await phones.callee(target.port, 'answer')];
      t.equal(await phones.call({ ...alice, to: '1012' }).status(), 200);
      t.equal(await refusing.done, 0);
      t.equal(await callee.done, 0);
    });

    await t.test('when nobody answers within the ring time', async (t) => {
      const silent = await d.phone('1013', { forwardNoAnswer: '1010', ring: '1' });
      const [ringing, callee] = [
        await phones.callee(silent.port, 'no-answer'),
        await phones.callee(target.port, 'answer'),
      ];
      t.equal(await phones.call({ ...alice, to: '1013' }).status(), 200);
      t.equal(await ringing.done, 0);
      t.equal(await callee.done, 0);
    });

    await t.test('in a circle ends', async (t) => {
      await d.extension('1014', { forwardAlways: '1015' });
      await d.extension('1015', { forwardAlways: '1014' });
      const status = await phones.call({ ...alice, to: '1014' }).status();
      t.ok(status >= 400, `ended with ${status}`);
    });

    await t.test("by a phone's own 302 is not followed", async (t) => {
      const phone = await d.phone('1016');
      const [redirecting, callee] = [
        await phones.callee(phone.port, 'redirect', { target: '1010' }),
        await phones.callee(target.port, 'answer'),
      ];
      const status = await phones.call({ ...alice, to: '1016' }).status();
      t.ok(status >= 400, `ended with ${status}`);
      t.equal(await redirecting.done, 0);
      t.notMatch(callee.messages(), /INVITE/);
      await callee.end();
    });
  });

  await t.test('a second registration of an account replaces the first', async (t) => {
    const bob = await d.phone('1020');
    const newer = await freePort();
    t.equal(await phones.register(bob, newer), 200);
    const callee = await phones.callee(newer, 'answer');
    t.equal(await phones.call({ ...alice, to: '1020' }).status(), 200);
    t.equal(await callee.done, 0);
    t.equal((await d.ami.dbTree('registrar/contact')).size > 0, true);
    t.equal([...(await d.ami.dbTree('registrar/contact')).keys()].filter((key) => key.includes('/1020;@')).length, 1);
  });

  await t.test('a contact that would add a leg to the call is not dialled', async (t) => {
    const victim = await d.phone('1021');
    const bob = await d.extension('1022');
    const port = await freePort();
    const contact = `sip:x&PJSIP/1021&PJSIP/y@127.0.0.1:${port}`;
    t.equal(await phones.register(bob, port, { contact }), 200);
    const callee = await phones.callee(victim.port, 'answer');
    t.ok((await phones.call({ ...alice, to: '1022' }).status()) >= 400);
    t.notMatch(callee.messages(), /INVITE/);
    await callee.end();
  });
});
