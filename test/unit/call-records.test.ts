import t from 'tap';
import { checkAllowed } from '../../src/asterisk/ami/actions.ts';
import { AmiMessage } from '../../src/asterisk/ami/ami-message.ts';
import type { Directory, EndpointOwner } from '../../src/live/directory.ts';
import { type AsteriskRecord, recordOfEntry, recordOfEvent } from '../../src/live/records/asterisk-record.ts';
import { callRecordsOf } from '../../src/live/records/call-record.ts';

const ENTRY =
  '1&1795392818.579905&1795392818.608025&1795392820.115089&1&1&ANSWERED&1795392818.0&1795392818.0&7&3001&3002&linekeeper-extension&PJSIP%2F3001-00000000&PJSIP%2F3002-00000001&Dial&x&%22Ann%22%20%3C3001%3E&3004';

const EVENT = {
  Event: 'Cdr',
  Source: '3001',
  Destination: '3002',
  DestinationContext: 'linekeeper-extension',
  CallerID: '"Ann" <3001>',
  Channel: 'PJSIP/3001-00000000',
  DestinationChannel: 'PJSIP/3002-00000001',
  LastApplication: 'Dial',
  LastData: 'x',
  StartTime: '2026-03-29 01:59:58',
  AnswerTime: '2026-03-29 01:59:59',
  EndTime: '2026-03-29 03:00:05',
  Duration: '7',
  BillableSeconds: '6',
  Disposition: 'ANSWERED',
  UniqueID: '1795392818.0',
  LinkedID: '1795392818.0',
  Sequence: '7',
  Dialled: '3004',
};

function message(fields: Record<string, string>): AmiMessage {
  const event = new AmiMessage();
  for (const [name, value] of Object.entries(fields)) event.add(name, value);
  return event;
}

t.test('an entry of the journal is read to the millisecond', async (t) => {
  t.same(recordOfEntry(ENTRY), {
    startedAt: 1795392818579,
    answeredAt: 1795392818608,
    endedAt: 1795392820115,
    durationSeconds: 1,
    talkSeconds: 1,
    disposition: 'ANSWERED',
    linkedId: '1795392818.0',
    uniqueId: '1795392818.0',
    sequence: 7,
    source: '3001',
    destination: '3002',
    context: 'linekeeper-extension',
    channel: 'PJSIP/3001-00000000',
    destinationChannel: 'PJSIP/3002-00000001',
    application: 'Dial',
    applicationData: 'x',
    callerId: '"Ann" <3001>',
    dialled: '3004',
  });
  t.equal(recordOfEntry(ENTRY.replace('1795392818.608025', '0.000000'))?.answeredAt, null, 'not answered');
  t.equal(recordOfEntry(ENTRY.replace('%22Ann%22', '%FF%C3'))?.callerId, '\ufffd\ufffd <3001>', 'a name cut anywhere');
});

t.test('what is no entry is refused', async (t) => {
  for (const value of [
    '',
    '2',
    ENTRY.slice(2),
    `${ENTRY}&more`,
    ENTRY.replace('1795392818.579905', 'x'),
    ENTRY.replace('&7&', '&-7&'),
    ENTRY.replace('&1&1&', '&1&&'.replace('&&', '&x&')),
    ENTRY.replaceAll('1795392818.0', 'a/b'),
  ]) {
    t.equal(recordOfEntry(value), undefined, value.slice(0, 40));
  }
});

t.test('the times of an event are counted back from its end, in whatever zone the PBX is', async (t) => {
  for (const [zone, offset] of [
    ['Europe/Berlin in summer', 2 * 3600],
    ['UTC', 0],
    ['Asia/Kathmandu', 5 * 3600 + 45 * 60],
    ['America/St_Johns', -(2 * 3600 + 30 * 60)],
  ] as const) {
    const end = Date.parse('2026-03-29T03:00:05Z') - offset * 1000;
    const record = recordOfEvent(message(EVENT), end + 900);
    t.match(record, { endedAt: end, startedAt: end - 7000, answeredAt: end - 6000 }, zone);
  }
});

t.test(
  'an event tells the epochs where its mapping does, and of a header that comes twice the first counts',
  async (t) => {
    const epochs = { StartEpoch: '1795392818.579905', AnswerEpoch: '0.000000', EndEpoch: '1795392820.115089' };
    const event = message({ ...EVENT, ...epochs, AnswerTime: '' });
    event.add('Source', '6666');
    t.match(recordOfEvent(event, 0), {
      startedAt: 1795392818579,
      answeredAt: null,
      endedAt: 1795392820115,
      source: '3001',
    });
    const { Sequence: _, ...without } = EVENT;
    t.equal(recordOfEvent(message(without), 0), undefined, 'without its sequence it is nothing');
  },
);

const owner = (endpoint: string, number: string): EndpointOwner => ({
  endpoint,
  companyId: 'acme',
  extensionId: `ext-${number}`,
  number,
  displayName: number,
  siteId: null,
  userId: null,
  teamIds: [],
});
const owners = new Map([
  ['3001', owner('3001', '3001')],
  ['beta-3002-2', { ...owner('beta-3002-2', '3002'), companyId: 'beta' }],
  ['3002', owner('3002', '3002')],
]);
const directory: Directory = {
  endpoints: async (_, names) => new Map([...owners].filter(([name]) => names.includes(name))),
  known: () => undefined,
  companyOfContext: async () => undefined,
  number: async (e164) => (e164 === '+4930123' ? { companyId: 'acme', extensionId: 'ext-3002' } : undefined),
};

t.test('direction, company, extensions and the number outside', async (t) => {
  const base = recordOfEntry(ENTRY)!;
  const of = async (more: Partial<AsteriskRecord>) =>
    (await callRecordsOf([{ ...base, ...more }], 'pbx', directory, 'journal'))[0]!;
  const trunk = 'PJSIP/carrier-0000000a';
  const cases: [string, Partial<AsteriskRecord>, object][] = [
    [
      'inside',
      {},
      {
        direction: 'internal',
        companyId: 'acme',
        fromExtensionId: 'ext-3001',
        toExtensionId: 'ext-3002',
        number: null,
      },
    ],
    ['what was dialled, not where it was forwarded', {}, { toNumber: '3004' }],
    [
      'to the outside',
      {
        destinationChannel: trunk,
        context: 'linekeeper-outside',
        dialled: '030987',
        applicationData: 'PJSIP/+4930987@carrier,,i',
      },
      { direction: 'outbound', companyId: 'acme', toNumber: '030987', number: '+4930987', toExtensionId: null },
    ],
    [
      'refused on its way out',
      { destinationChannel: '', context: 'linekeeper-outside', destination: '030987', applicationData: '21' },
      { direction: 'outbound', number: '030987' },
    ],
    [
      'from outside',
      { channel: trunk, source: '+49170', dialled: '+4930123' },
      { direction: 'inbound', companyId: 'acme', number: '+49170', fromExtensionId: null, toExtensionId: 'ext-3002' },
    ],
    [
      'from outside, to an extension without a phone',
      { channel: trunk, source: '+49170', dialled: '+4930123', destinationChannel: '' },
      { direction: 'inbound', companyId: 'acme', toExtensionId: null, toExtensionNumber: '3002' },
    ],
    [
      'to a number that nobody has',
      { channel: trunk, context: 'linekeeper-incoming', destinationChannel: '', dialled: '+4930999' },
      { direction: 'inbound', companyId: null, toExtensionNumber: null },
    ],
    [
      'a second phone of another company',
      { channel: 'PJSIP/beta-3002-2-0000000b', destinationChannel: '' },
      { companyId: 'beta', fromExtensionId: 'ext-3002' },
    ],
    ['nobody of ours', { channel: 'Local/1@x-00000001;1', destinationChannel: '', context: 'x' }, { companyId: null }],
    ['a name that repeats the number', { callerId: '"3001" <3001>' }, { fromName: null }],
    ['a name that means harm', { callerId: '"a\r\nEvent: x" <1>' }, { fromName: 'a\\u000d\\u000aEvent: x' }],
    ['an outcome nobody knows', { disposition: 'CONGESTION' }, { disposition: 'failed' }],
    ['a caller who gave up', { disposition: 'CANCEL' }, { disposition: 'no_answer' }],
  ];
  for (const [sentence, more, expected] of cases) t.match(await of(more), expected, sentence);
});

t.test('the sync login deletes entries of the journal and sets its counter, and nothing else there', async (t) => {
  const Family = 'linekeeper-record';
  checkAllowed('sync', 'DBDel', { Family, Key: '1795392818.0-7' });
  checkAllowed('sync', 'DBDel', { Family, Key: 'overflow' });
  checkAllowed('sync', 'DBPut', { Family, Key: 'used', Val: '0' });
  checkAllowed('sync', 'ModuleCheck', { Module: 'cdr_custom' });
  for (const [action, fields] of [
    ['DBDel', { Family, Key: 'used' }],
    ['DBDel', { Family, Key: 'a/b-1' }],
    ['DBDel', { Family: 'linekeeper-records', Key: '1.0-7' }],
    ['DBPut', { Family, Key: '1795392818.0-7', Val: 'x' }],
    ['DBPut', { Family, Key: 'used', Val: '-1' }],
    ['ModuleCheck', { Module: '../x' }],
  ] as const) {
    t.throws(() => checkAllowed('sync', action, fields), { code: 'AMI_ACTION_FORBIDDEN' });
  }
});
