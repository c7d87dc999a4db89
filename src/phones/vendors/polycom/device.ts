import type { PhoneView, Stage1View } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { deviceAttributes } from './attributes.ts';

/** Where the next files are. `device.*` is kept in flash: the phone restarts when it changes, and only then. */
export function provisioningAttributes(phone: Stage1View): NativeParam[] {
  return deviceAttributes(provisioning(phone));
}

function provisioning({ access: { url, username, password }, verifyServer }: Stage1View) {
  return {
    'prov.serverName': url,
    'prov.serverType': url.startsWith('https:') ? 'HTTPS' : 'HTTP',
    'prov.user': username,
    'prov.password': password,
    // So that the phone says who it is in its User-Agent.
    'prov.tagSerialNo': 1,
    'prov.ztpEnabled': 0,
    // DHCP led here; from now on it would only lead back.
    'dhcp.bootSrvUseOpt': 'Static',
    'sec.TLS.prov.strictCertCommonNameValidation': verifyServer,
  };
}

/** The same, with passwords and network. */
export function fullDeviceAttributes(phone: PhoneView): NativeParam[] {
  const { settings, passwords } = phone;
  const syslog = settings['syslog.server'];
  return deviceAttributes({
    ...provisioning(phone),
    baseProfile: phone.model.caps.baseProfile === true ? 'Generic' : null,
    'auth.localAdminPassword': passwords.admin,
    'auth.localUserPassword': passwords.user,
    'net.vlanId': settings['vlan.id'],
    'syslog.serverName': syslog,
    'syslog.transport': syslog === null ? null : 'UDP',
  });
}
