import type { LiveCall } from '../../src/domain/feed/call.ts';
import type { LiveSync } from '../../src/domain/feed/database-items.ts';
import type { LiveRegistration } from '../../src/domain/feed/registration.ts';

/** Items of the feed with something in every field. */
export function callItem(more: Partial<LiveCall> = {}): LiveCall {
  const at = '2026-01-31T09:00:00.000Z';
  return {
    id: '1764000000.1',
    pbxId: 'pbx',
    companyId: 'acme-id',
    direction: 'inbound',
    state: 'ringing',
    from: { number: '+4930123456', name: 'Anna Berg', extensionId: null },
    to: { number: '1001', name: 'Reception', extensionId: 'extension-1' },
    number: '+4930123456',
    startedAt: at,
    ringingAt: at,
    answeredAt: null,
    endedAt: null,
    disposition: null,
    hangupCause: null,
    application: null,
    forwardedBy: [],
    transfer: null,
    parties: [],
    isUncertain: false,
    ...more,
  };
}

export function registrationItem(more: Partial<LiveRegistration> = {}): LiveRegistration {
  const at = '2026-01-31T09:00:00.000Z';
  return {
    id: 'pbx/1001',
    pbxId: 'pbx',
    companyId: 'acme-id',
    endpoint: '1001',
    extensionId: 'extension-1',
    number: '1001',
    name: 'Reception',
    deviceState: 'not_inuse',
    contacts: [
      {
        uri: 'sip:1001@10.0.0.3:5060',
        address: '10.0.0.3:5060',
        userAgent: 'Yealink SIP-T46U',
        expiresAt: at,
        status: 'reachable',
        latencyMs: 12,
      },
    ],
    since: at,
    ...more,
  };
}

export function pbxItem(more: Partial<LiveSync> = {}): LiveSync {
  return {
    ...{ id: 'pbx', pbxId: 'pbx', companyId: null, name: 'main', state: 'in-sync', reason: null },
    ...{ pending: 0, failed: 0, oldestPendingAt: null, lastAuditAt: null },
    ...more,
  };
}
