import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { freePort } from '../support/asterisk.ts';
import { type Dialplan, startDialplan, TRUNK } from '../support/dialplan.ts';

/** Who dials what, and the number that must reach the trunk, or the refusal. */
const DIALLED: [sentence: string, caller: string, dialled: string, expected: string | number][] = [
  ['national by the national prefix', 'national', '030987654', '+4930987654'],
  ['national by E.164', 'national', '+4930987654', '+4930987654'],
  ['national by the international prefix', 'national', '004930987654', '+4930987654'],
  ['international is refused to the class national', 'national', '0033123456789', 403],
  ['international by E.164 is refused to the class national', 'national', '+33123456789', 403],
  ['international for the class international', 'international', '0033123456789', '+33123456789'],
  ['national for the class international', 'international', '030987654', '+4930987654'],
  ['anything outside is refused to the class internal', 'internal', '030987654', 403],
  ['an emergency number for the class internal', 'internal', '112', '112'],
  ['an emergency number for a disabled extension', 'disabled', '112', '112'],
  ['an ordinary number is refused to a disabled extension', 'disabled', '030987654', 403],
  ['a number without any prefix is unknown', 'international', '987654', 404],
  ['a number that is too long is unknown', 'international', '00331234567890123456', 404],
  ['characters that would end a dial string are dropped', 'national', '030987654&x,1', '+49309876541'],
];

t.test('calls to and from the outside', async (t) => {
  const marker = join(t.testdir({}), 'ran');
  const d = await startDialplan(t, { custom: { 'modules.conf': 'load=func_shell.so\nload=func_env.so\n' } });
  const { phones } = d;
  const callers: Record<string, { user: string; secret: string }> = {
    national: await d.extension('2001'),
    international: await d.extension('2002', { class: 'international' }),
    internal: await d.extension('2003', { class: 'internal' }),
    disabled: await d.extension('2004', { enabled: 'no' }),
  };
  const trunk = () => phones.callee(d.trunkPort, 'answer', { ip: TRUNK.ip });

  for (const [sentence, caller, dialled, expected] of DIALLED) {
    await t.test(`class of service: ${sentence}`, async (t) => {
      const gateway = await trunk();
      const call = phones.call({ ...callers[caller]!, to: dialled });
      const status = await call.status();
      if (typeof expected === 'number') {
        t.equal(status, expected);
        t.notMatch(gateway.messages(), /INVITE/);
        await gateway.end();
      } else {
        t.equal(status, 200);
        t.equal(await gateway.done, 0);
        t.equal(/INVITE sip:([^@]*)@/.exec(gateway.messages())?.[1], expected);
        t.match(gateway.messages(), /From: .*<sip:\+4930123@/, 'the company number is shown');
        t.notMatch(gateway.messages(), /sip:200[1-4]@/, 'and no internal one');
      }
    });
  }

  await t.test('a forwarding to the outside obeys the class of the extension that forwards', async (t) => {
    await d.extension('2010', { forwardAlways: '+33123456789', class: 'national' });
    await d.extension('2011', { forwardAlways: '+33123456789', class: 'international' });
    t.equal(await phones.call({ ...callers.international!, to: '2010' }).status(), 403);
    const gateway = await trunk();
    t.equal(await phones.call({ ...callers.internal!, to: '2011' }).status(), 200);
    t.equal(await gateway.done, 0);
  });

  await t.test('a company without a trunk does not reach the outside', async (t) => {
    await d.ami.dbPut('linekeeper/extension/beta', '2001', { accounts: 'beta-2001', class: 'international' });
    const beta = await d.account('beta-2001', 'beta');
    t.equal(await phones.call({ ...beta, to: '030987654' }).status(), 403);
  });

  for (const [sentence, target, expected] of [
    ['goes out under the class of the phone that transfers', '030987654', '+4930987654'],
    ['is refused when that class does not allow it', '0033123456789', undefined],
  ] as const) {
    await t.test(`a blind transfer of an outside caller ${sentence}`, async (t) => {
      const bob = await d.phone('2050');
      await d.ami.dbPut('linekeeper/number', '4930205000', { company: 'acme', extension: '2050' });
      const gateway = await trunk();
      const transferring = await phones.callee(bob.port, 'transfer', { target });
      const call = phones.trunkCall(TRUNK.ip, { from: TRUNK.from, to: '+4930205000', hold: 1000 });
      t.equal(await call.status(), 200);
      await call.done;
      t.match(transferring.messages(), /SIP\/2\.0 202/);
      t.equal(/INVITE sip:([^@]*)@/.exec(gateway.messages())?.[1], expected);
      await gateway.end();
      await transferring.end();
    });
  }

  await incomingCalls(t, d);
  await companiesApart(t, d);

  await t.test('a hostile caller name is only text', async (t) => {
    const bob = await d.phone('2040');
    const hostile = [`\${SHELL(touch ${marker})}`, `x,\${SHELL(touch ${marker})})`, 'a%0d%0aAction: Hangup'];
    for (const name of hostile) {
      const callee = await phones.callee(bob.port, 'answer');
      t.equal(await phones.trunkCall(TRUNK.ip, { from: '+33555', to: '+4930555', name }).status(), 404);
      t.equal(await phones.call({ ...callers.national!, to: '2040', name }).status(), 200);
      t.equal(await callee.done, 0);
    }
    t.notOk(existsSync(marker));
  });
});

async function incomingCalls(t: Test, d: Dialplan): Promise<void> {
  const { phones } = d;
  const bob = await d.phone('2020');
  await d.ami.dbPut('linekeeper/number', '4930123456', { company: 'acme', extension: '2020' });

  for (const written of ['+4930123456', '004930123456', '4930123456']) {
    await t.test(`an incoming call for ${written} reaches the extension`, async (t) => {
      const callee = await phones.callee(bob.port, 'answer');
      t.equal(await phones.trunkCall(TRUNK.ip, { from: TRUNK.from, to: written }).status(), 200);
      t.equal(await callee.done, 0);
      t.match(callee.messages(), /From: .*<sip:\+4989999@/);
    });
  }

  await t.test('an incoming call for a number that nobody has is unknown', async (t) => {
    t.equal(await phones.trunkCall(TRUNK.ip, { from: TRUNK.from, to: '+4930999999' }).status(), 404);
  });

  await t.test('a trunk cannot dial extensions or features', async (t) => {
    for (const to of ['2020', '*43', '*97', '*82020']) {
      t.equal(await phones.trunkCall(TRUNK.ip, { from: TRUNK.from, to }).status(), 404);
    }
  });

  await t.test('a caller number with line breaks reaches the phone as digits', async (t) => {
    const callee = await phones.callee(bob.port, 'answer');
    const from = '+49%0d%0aEvent:%20Shutdown';
    t.equal(await phones.trunkCall(TRUNK.ip, { from, to: '+4930123456' }).status(), 200);
    t.equal(await callee.done, 0);
    t.match(callee.messages(), /From: .*<sip:\+49@/);
  });
}

async function companiesApart(t: Test, d: Dialplan): Promise<void> {
  await t.test('companies do not reach each other', async (t) => {
    const { phones } = d;
    const acme = await d.phone('2030');
    await d.ami.dbPut('linekeeper/extension/beta', '2031', { accounts: 'beta-2031' });
    const beta = await d.account('beta-2031', 'beta');
    const betaPort = await freePort();
    await phones.register(beta, betaPort);
    const callee = await phones.callee(betaPort, 'answer');
    t.equal(await phones.call({ ...acme, to: '2031' }).status(), 404);
    t.equal(await phones.call({ ...acme, to: 'beta-2031' }).status(), 404);
    t.equal(await phones.call({ ...beta, to: '2030' }).status(), 404);
    t.notMatch(callee.messages(), /INVITE/);
    await callee.end();
  });
}
