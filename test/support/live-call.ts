import type { LiveCall } from '../../src/domain/feed/call.ts';
import { callItem } from './feed-items.ts';

/** A call between 1001 and 1002 of the company `acme`; it began at the second that its id ends with. */
export function liveCall(id: string, more: Partial<LiveCall> = {}): LiveCall {
  return callItem({
    id,
    companyId: 'acme',
    direction: 'internal',
    state: 'answered',
    from: { number: '1001', name: null, extensionId: 'x-1001' },
    to: { number: '1002', name: null, extensionId: 'x-1002' },
    number: null,
    startedAt: `2026-11-23T00:00:${id.slice(-2)}.000Z`,
    ringingAt: null,
    parties: [
      {
        channel: 'PJSIP/1001-00000001',
        role: 'caller',
        endpoint: '1001',
        extensionId: 'x-1001',
        number: '1001',
        name: '<script>',
        state: 'up',
        since: '2026-11-23T00:00:00.000Z',
        bridge: null,
      },
    ],
    ...more,
  });
}
