import t from 'tap';
import { startAsterisk } from '../support/asterisk.ts';
import { type AmiMessage, RawAmi } from '../support/raw-ami.ts';

type Actions = Record<string, AmiMessage>;

const ACTIONS: Actions = {
  DBGetTree: { Family: 'linekeeper' },
  CoreShowChannels: {},
  DBPut: { Family: 'linekeeper/test', Key: 'a', Val: 'b' },
  DBDel: { Family: 'linekeeper/test', Key: 'a' },
  PJSIPShowEndpoint: { Endpoint: 'operator' },
  GetConfig: { Filename: 'linekeeper-companies.conf' },
  CreateConfig: { Filename: 'linekeeper-test.conf' },
  UpdateConfig: { SrcFilename: 'linekeeper-companies.conf', DstFilename: 'linekeeper-companies.conf' },
  Reload: { Module: 'app_voicemail' },
  Command: { Command: 'core show version' },
  Originate: { Channel: 'PJSIP/operator', Application: 'Echo' },
  Hangup: { Channel: 'PJSIP/operator-00000000' },
  Redirect: { Channel: 'PJSIP/operator-00000000', Context: 'x', Exten: 's', Priority: '1' },
  Setvar: { Variable: 'A', Value: 'b' },
  Getvar: { Variable: 'A' },
  MessageSend: { Destination: 'pjsip:operator', Body: 'x' },
  UserEvent: { UserEvent: 'x' },
  BlindTransfer: { Channel: 'PJSIP/operator-00000000', Context: 'x', Exten: 's' },
};

/** What each login may do of all that; everything else must be refused. */
const RIGHTS = {
  events: [],
  query: ['DBGetTree', 'CoreShowChannels', 'Getvar'],
  sync: [
    'DBGetTree',
    'CoreShowChannels',
    'DBPut',
    'DBDel',
    'PJSIPShowEndpoint',
    'GetConfig',
    'Reload',
    'Hangup',
    'MessageSend',
  ],
  config: ['GetConfig', 'CreateConfig', 'UpdateConfig', 'Reload'],
  act: ['Originate', 'Hangup', 'Redirect', 'Setvar', 'Getvar', 'BlindTransfer'],
} as const;

t.test('each AMI login may do its work and nothing else', async (t) => {
  const operator = '[operator]\ntype=endpoint\naors=operator\nallow=ulaw\n[operator]\ntype=aor\n';
  const pbx = await startAsterisk(t, { custom: { 'pjsip.conf': operator } });
  for (const [login, allowed] of Object.entries(RIGHTS)) {
    const { username, secret } = pbx.logins[login as keyof typeof RIGHTS];
    const ami = await RawAmi.login(pbx.amiPort, username, secret);
    t.teardown(() => ami.close());
    for (const [name, fields] of Object.entries(ACTIONS)) {
      const [answer] = await ami.action({ Action: name, ...fields });
      const refused = answer?.Response === 'Error' && answer.Message === 'Permission denied';
      t.equal(!refused, (allowed as readonly string[]).includes(name), `${login}: ${name} -> ${answer?.Message}`);
    }
  }

  await t.test('a wrong secret is refused', async (t) => {
    await t.rejects(RawAmi.login(pbx.amiPort, 'linekeeper-sync', 'wrong'), { message: /Authentication failed/ });
  });
});
