import type { PhoneSettings, SettingKey } from '../../src/domain/phones/settings.ts';
import type { PhoneView } from '../../src/phones/phone-view.ts';

/** Values other than the default and other than those of `nastyView`; one of them must make a difference. */
export const OTHER_VALUES: { [K in SettingKey]: readonly NonNullable<PhoneSettings[K]>[] } = {
  language: ['fr', 'es'],
  timezone: ['America/New_York'],
  'time.format': ['12'],
  'date.format': ['dmy', 'mdy'],
  'ntp.servers': [['time.example.net']],
  'tones.country': ['GB', 'US'],
  'sip.host': ['other.example.net'],
  'sip.port': [5070],
  'sip.transport': ['tcp', 'tls'],
  'sip.backupHost': ['backup.example.net:5090'],
  'sip.outboundProxy': ['proxy.example.net:5080'],
  'sip.expirySeconds': [1800],
  'sip.keepAliveSeconds': [45],
  'sip.onlyFromProxy': [false],
  srtp: ['optional', 'required'],
  codecs: [['ulaw', 'alaw']],
  dtmf: ['info', 'inband'],
  'voicemail.number': ['*98'],
  'voicemail.lamp': [false],
  'calls.waiting': [false],
  'calls.autoAnswer': [true],
  'display.text': ['Reception'],
  'display.backlightSeconds': [60, 0, 1800],
  'web.enabled': [false],
  'web.httpsOnly': [false],
  'admin.password': ['OtherAdminPw1'],
  'user.password': ['OtherUserPw12'],
  'vlan.id': [42],
  'vlan.priority': [5],
  'qos.sip': [24],
  'qos.rtp': [46, 40],
  'syslog.server': ['syslog.example.net'],
  'phonebook.enabled': [false],
  'provisioning.verifyServer': [false],
  'firmware.version': ['99.1.2.3'],
};

/** The view as it would be resolved with this setting: some settings reach mappers in fields of their own. */
export function withSetting<K extends SettingKey>(view: PhoneView, key: K, value: PhoneSettings[K]): PhoneView {
  const changed: PhoneView = { ...view, settings: { ...view.settings, [key]: value } };
  const { passwords, registrar } = view;
  switch (key) {
    case 'sip.host':
      return { ...changed, registrar: { ...registrar, host: value as string } };
    case 'sip.port':
      return { ...changed, registrar: { ...registrar, port: value as number } };
    case 'codecs':
      return { ...changed, lines: view.lines.map((line) => ({ ...line, codecs: value as string[] })) };
    case 'admin.password':
      return { ...changed, passwords: { ...passwords, admin: value as string } };
    case 'user.password':
      return { ...changed, passwords: { ...passwords, user: value as string } };
    case 'provisioning.verifyServer':
      return { ...changed, verifyServer: value as boolean };
    case 'phonebook.enabled':
      return { ...changed, phonebookName: undefined, phonebook: [] };
    case 'firmware.version':
      return { ...changed, firmwareTarget: { version: value as string, file: `phone-${value}.rom` } };
    default:
      return changed;
  }
}
