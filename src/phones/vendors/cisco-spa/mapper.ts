import type { PhoneView } from '../../phone-view.ts';
import { keyParams } from '../cisco/keys.ts';
import { dictionary } from '../cisco/languages.ts';
import { type LineDialect, lineParams } from '../cisco/lines.ts';
import { credentials, param, phonebook, phonebookParams, provisioning, stage1, yesNo } from '../cisco/profile.ts';
import { timeParams } from '../cisco/time.ts';
import type { NativeParam, VendorMapper } from '../mapper.ts';
import { firmwareUrl } from '../shared/file-url.ts';

const LINES: LineDialect = {
  codecs: { ulaw: 'G711u', alaw: 'G711a', g722: 'G722', g729: 'G729a' },
  switches: ['G722', 'G729a'],
  more({ settings }, { index }) {
    const priority = settings['vlan.priority'];
    return [
      param(`Use_Auth_ID_${index}_`, 'Yes'),
      param(`Use_Outbound_Proxy_${index}_`, yesNo(settings['sip.outboundProxy'] !== null)),
      ...(priority === null
        ? []
        : [param(`SIP_CoS_Value_${index}_`, priority), param(`RTP_CoS_Value_${index}_`, priority)]),
    ];
  },
};

/** Linksys and Cisco SPA phones, and the telephone adapters of that engine. */
export const mapper: VendorMapper = {
  stage1,
  device: (phone, { time }) => ({
    params: [
      ...provisioning(phone, 'settled'),
      ...firmware(phone),
      param('Admin_Passwd', phone.passwords.admin),
      param('User_Password', phone.passwords.user),
      ...network(phone),
      ...timeParams(phone.settings, time),
      ...lineParams(phone, LINES),
      ...(phone.model.caps.ata === true ? [] : screen(phone)),
    ],
  }),
  phonebook,
};

/** The condition keeps a phone that runs the version from asking again and again. */
function firmware(phone: PhoneView): NativeParam[] {
  const url = firmwareUrl(phone);
  if (url === undefined) return [param('Upgrade_Enable', 'No'), param('Upgrade_Rule', '')];
  const rule = `( $SWVER ne ${phone.firmwareTarget?.version} )? ${credentials(phone.access)} ${url}`;
  return [param('Upgrade_Enable', 'Yes'), param('Upgrade_Rule', rule)];
}

function network({ settings }: PhoneView): NativeParam[] {
  const vlan = settings['vlan.id'];
  const keepAlive = settings['sip.keepAliveSeconds'] ?? 0;
  return [
    param('Enable_Web_Server', yesNo(settings['web.enabled'] === true)),
    ...(vlan === null ? [] : [param('Enable_VLAN', 'Yes'), param('VLAN_ID', vlan)]),
    ...(settings['syslog.server'] === null ? [] : [param('Syslog_Server', settings['syslog.server'])]),
    ...(settings['ntp.servers'] === null ? [] : [param('NTP_Enable', 'Yes')]),
    ...(keepAlive > 0 ? [param('NAT_Keep_Alive_Intvl', keepAlive)] : []),
  ];
}

/** Everything that an adapter without a display has not. */
function screen(phone: PhoneView): NativeParam[] {
  const { settings, pickupPrefix } = phone;
  const language = dictionary(settings.language);
  const text = settings['display.text'] ?? phone.label;
  return [
    param('Station_Name', text),
    param('Station_Display_Name', text),
    ...(language ? [param('Language_Selection', language.name), param('Locale', language.locale)] : []),
    param('Default_Character_Encoding', 'UTF-8'),
    param('Voice_Mail_Number', settings['voicemail.number'] ?? ''),
    param('CW_Setting', yesNo(settings['calls.waiting'] === true), 'rw'),
    ...backlight(settings['display.backlightSeconds']),
    // How a busy lamp is asked for, and what is dialled before the number that rings.
    param('Server_Type', 'Asterisk'),
    param('Call_Pickup_Code', pickupPrefix),
    param('Attendant_Console_Call_Pickup_Code', pickupPrefix),
    ...keyParams(phone, (module, key) => `Unit_${module}_Key_${key}`),
    ...phonebookParams(phone),
  ];
}

function backlight(seconds: number | null): NativeParam[] {
  if (seconds === null) return [];
  const step = seconds === 0 ? 'Always On' : seconds <= 10 ? '10 s' : seconds <= 20 ? '20 s' : '30 s';
  return [param('Back_Light_Timer', step, 'rw')];
}
