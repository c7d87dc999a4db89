import type { PhoneView } from '../../phone-view.ts';
import { keyParams } from '../cisco/keys.ts';
import { dictionary } from '../cisco/languages.ts';
import { type LineDialect, lineParams } from '../cisco/lines.ts';
import { credentials, param, phonebook, phonebookParams, provisioning, stage1, yesNo } from '../cisco/profile.ts';
import { timeParams } from '../cisco/time.ts';
import type { NativeParam, VendorMapper } from '../mapper.ts';
import { firmwareUrl } from '../shared/file-url.ts';

const LINES: LineDialect = {
  codecs: { ulaw: 'G711u', alaw: 'G711a', g722: 'G722', g729: 'G729a', opus: 'OPUS' },
  switches: ['G722', 'G729a', 'OPUS'],
  more: ({ settings }, { index }) => [
    param(`Encryption_Method_${index}_`, 'AES 128'),
    param(`Secure_Call_Option_${index}_`, settings.srtp === 'required' ? 'Required' : 'Optional'),
  ],
};

/** Multiplatform phones (3PCC): 68xx, 78xx, 88xx, 98xx. */
export const mapper: VendorMapper = {
  stage1,
  device: (phone, { time }) => ({
    params: [
      ...provisioning(phone, 'settled'),
      ...firmware(phone),
      param('Admin_Password', phone.passwords.admin),
      param('User_Password', phone.passwords.user),
      ...network(phone),
      ...timeParams(phone.settings, time),
      ...screen(phone),
      ...lineParams(phone, LINES),
      ...keyParams(phone, (module, key) => `Unit_${module}_Key_${key}_`),
      ...phonebookParams(phone),
    ],
  }),
  phonebook,
};

/** The phone compares the name of the load with its own and leaves what it runs. */
function firmware(phone: PhoneView): NativeParam[] {
  const url = firmwareUrl(phone);
  return [
    param('Upgrade_Enable', yesNo(url !== undefined)),
    param('Upgrade_Rule', url === undefined ? '' : `${credentials(phone.access)} ${url}`),
  ];
}

function network({ settings }: PhoneView): NativeParam[] {
  const vlan = settings['vlan.id'];
  const keepAlive = settings['sip.keepAliveSeconds'] ?? 0;
  return [
    param('Enable_Web_Server', yesNo(settings['web.enabled'] === true)),
    param('Enable_Protocol', settings['web.httpsOnly'] === true ? 'Https' : 'Http'),
    ...(vlan === null ? [] : [param('Enable_VLAN', 'Yes'), param('VLAN_ID', vlan)]),
    ...(settings['syslog.server'] === null ? [] : [param('Syslog_Server', settings['syslog.server'])]),
    ...(keepAlive > 0 ? [param('NAT_Keep_Alive_Intvl', keepAlive)] : []),
  ];
}

function screen(phone: PhoneView): NativeParam[] {
  const { settings, pickupPrefix } = phone;
  const language = dictionary(settings.language);
  const text = settings['display.text'] ?? phone.label;
  return [
    param('Station_Name', text),
    param('Station_Display_Name', text),
    ...(language ? [param('Language_Selection', languageName(language)), param('Locale', language.locale)] : []),
    param('Voice_Mail_Number', settings['voicemail.number'] ?? ''),
    param('CW_Setting', yesNo(settings['calls.waiting'] === true), 'rw'),
    param('Secure_Call_Serv', yesNo(settings.srtp !== 'off')),
    param('Secure_Call_Setting', yesNo(settings.srtp !== 'off')),
    ...backlight(settings['display.backlightSeconds']),
    param('Call_Pickup_Code', pickupPrefix),
  ];
}

function languageName({ name, locale }: { name: string; locale: string }): string {
  return name === 'English' ? `English-${locale === 'en-GB' ? 'UK' : 'US'}` : name;
}

function backlight(seconds: number | null): NativeParam[] {
  if (seconds === null) return [];
  const step = seconds === 0 ? 'Always On' : seconds <= 60 ? '1m' : seconds <= 300 ? '5m' : '30m';
  return [param('Back_Light_Timer', step, 'rw')];
}
