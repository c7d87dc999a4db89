import { v7 as uuid } from 'uuid';
import { visible } from '../../asterisk/ami/text.ts';
import type { CallDirection, CallDisposition } from '../../domain/feed/call.ts';
import type { CallRecordRow } from '../../store/call-records.ts';
import type { Directory, EndpointOwner } from '../directory.ts';
import type { AsteriskRecord } from './asterisk-record.ts';

const DISPOSITIONS: Readonly<Record<string, CallDisposition>> = {
  ANSWERED: 'answered',
  BUSY: 'busy',
  'NO ANSWER': 'no_answer',
  CANCEL: 'no_answer',
};
/** Contexts of our dialplan from which a call leaves the house. */
const OUTSIDE = new Set(['linekeeper-outside', 'linekeeper-emergency']);
/** Asterisk's own limit of such a field is 79 bytes. */
const LONGEST = 80;

/** What the records mean to us: whose they are, which way the calls went. Names are looked up together. */
export async function callRecordsOf(
  records: readonly AsteriskRecord[],
  pbxId: string,
  directory: Directory,
  source: CallRecordRow['source'],
): Promise<CallRecordRow[]> {
  const names = new Set(
    records.flatMap(({ channel, destinationChannel }) => [channel, destinationChannel]).map(nameOf),
  );
  names.delete('');
  const owners = await directory.endpoints(pbxId, [...names]);
  return Promise.all(records.map((record) => callRecordOf(record, pbxId, owners, directory, source)));
}

async function callRecordOf(
  record: AsteriskRecord,
  pbxId: string,
  owners: ReadonlyMap<string, EndpointOwner>,
  directory: Directory,
  source: CallRecordRow['source'],
): Promise<CallRecordRow> {
  const caller = owners.get(nameOf(record.channel));
  const callee = owners.get(nameOf(record.destinationChannel));
  const direction = directionOf(record, caller, callee);
  const dialled = record.dialled || record.destination;
  const ours = direction === 'inbound' && /^\+\d+$/.test(dialled) ? await directory.number(dialled) : undefined;
  const companyId = caller?.companyId ?? callee?.companyId ?? ours?.companyId ?? null;
  return {
    id: uuid(),
    pbxId,
    companyId,
    callId: record.linkedId,
    uniqueId: record.uniqueId,
    sequence: record.sequence,
    direction,
    fromNumber: visible(record.source, LONGEST),
    fromName: callerName(record.callerId),
    toNumber: visible(dialled, LONGEST),
    number: outsideNumber(record, direction),
    fromExtensionId: caller?.extensionId ?? null,
    toExtensionId: callee?.extensionId ?? null,
    // Where nobody was rung (do not disturb, no phone there), the number tells the extension.
    toExtensionNumber: callee === undefined && isExtension(record) ? record.destination : null,
    startedAt: record.startedAt,
    answeredAt: record.answeredAt,
    endedAt: record.endedAt,
    durationSeconds: record.durationSeconds,
    talkSeconds: record.talkSeconds,
    disposition: DISPOSITIONS[record.disposition] ?? 'failed',
    application: visible(record.application, LONGEST) || null,
    source,
  };
}

/** `PJSIP/<endpoint>-<8 hexadecimal digits>`; empty: no phone and no trunk. */
function nameOf(channel: string): string {
  return /^PJSIP\/([A-Za-z0-9_.-]{1,100})-[0-9a-f]{8}$/.exec(channel)?.[1] ?? '';
}

function directionOf(
  record: AsteriskRecord,
  caller: EndpointOwner | undefined,
  callee: EndpointOwner | undefined,
): CallDirection {
  if (caller === undefined) {
    return callee !== undefined || record.context === 'linekeeper-incoming' || isExtension(record)
      ? 'inbound'
      : 'internal';
  }
  if (callee !== undefined) return 'internal';
  return record.destinationChannel !== '' || OUTSIDE.has(record.context) ? 'outbound' : 'internal';
}

function isExtension({ context, destination }: AsteriskRecord): boolean {
  return context === 'linekeeper-extension' && /^\d{1,20}$/.test(destination);
}

/** The number of the outside, E.164 where the PBX knew it so. */
function outsideNumber(record: AsteriskRecord, direction: CallDirection): string | null {
  if (direction === 'internal') return null;
  if (direction === 'inbound') return visible(record.source, LONGEST) || null;
  // Our dialplan has made E.164 of it by then.
  return /^PJSIP\/(\+\d{6,15})@/.exec(record.applicationData)?.[1] ?? visible(record.destination, LONGEST);
}

/** `"name" <number>`; a name that only repeats the number says nothing. */
function callerName(callerId: string): string | null {
  const [, name = '', number = ''] = /^"?(.*?)"?\s*<([^<>]*)>$/s.exec(callerId) ?? [];
  const text = visible(name.trim(), LONGEST);
  return text === '' || text === visible(number, LONGEST) ? null : text;
}
