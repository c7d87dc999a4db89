import { v7 as uuid } from 'uuid';
import type { CallRecordRow } from '../../src/store/call-records.ts';

let sequence = 0;

/** A record of an answered call inside, but for what is said otherwise. */
export function callRecord(more: Partial<CallRecordRow> = {}): CallRecordRow {
  const startedAt = more.startedAt ?? Date.parse('2026-03-01T10:00:00Z');
  return {
    id: uuid(),
    pbxId: 'pbx',
    companyId: null,
    callId: `1772359200.${sequence}`,
    uniqueId: `1772359200.${sequence}`,
    sequence: sequence++,
    direction: 'internal',
    fromNumber: '1001',
    fromName: null,
    toNumber: '1002',
    number: null,
    fromExtensionId: null,
    toExtensionId: null,
    toExtensionNumber: null,
    startedAt,
    answeredAt: startedAt + 2000,
    endedAt: startedAt + 12_000,
    durationSeconds: 12,
    talkSeconds: 10,
    disposition: 'answered',
    application: 'Dial',
    source: 'journal',
    ...more,
  };
}
