import { isLinekeeperError, LinekeeperError } from '../../errors.ts';
import type { PbxLinks } from './links.ts';

export interface PhoneNotify {
  /** Of one device line: nobody else registers there. */
  endpoint: string;
  /** The Event header: `check-sync;reboot=false`. */
  event: string;
}

/**
 * Sends a SIP NOTIFY by AMI PJSIPNotify to whoever is registered at the endpoint. Success says that Asterisk took it, also when
 * nobody is registered there. A `URI` instead would reach one contact, but without `default_outbound_endpoint` in pjsip.conf
 * Asterisk says success and sends nothing (both measured on 22.10.1).
 *
 * @throws LinekeeperError AMI_REFUSED (no such endpoint, res_pjsip_notify is not there), AMI_ACTION_FORBIDDEN
 */
export async function notifyPhone(links: PbxLinks, { endpoint, event }: PhoneNotify): Promise<void> {
  try {
    await links.sync.current().action('PJSIPNotify', { Endpoint: endpoint, Variable: `Event=${event}` });
  } catch (error) {
    if (!isLinekeeperError(error) || error.code !== 'AMI_REFUSED' || !/unknown command/i.test(error.message))
      throw error;
    const message = 'The PBX does not run res_pjsip_notify.so; it needs a pjsip_notify.conf, which may be empty.';
    throw new LinekeeperError('AMI_REFUSED', message, { cause: error });
  }
}
