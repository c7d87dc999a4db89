import { capsOf } from '../../definitions/firmware-condition.ts';
import type { PhoneView, Stage1View } from '../../phone-view.ts';
import type { NativeParam, VendorMapper } from '../mapper.ts';
import { flag, languageWord, params } from '../shared/values.ts';
import { accountParams } from './account.ts';
import { keyParams } from './keys.ts';
import { timeParams } from './time.ts';
import { BACKLIGHT, DATE_FORMATS, LANGUAGES, TONES } from './words.ts';

export const mapper: VendorMapper = {
  stage1: (phone) => ({ params: [...server(phone), ...params({ ...asksEvery('2'), ...PHONES_HOME })] }),
  common: () => ({ params: params({ 'static.auto_provision.user_agent_mac.enable': '1' }) }),
  device: (phone, { year, time }) => ({
    params: [
      ...accountParams(phone),
      ...keyParams(phone),
      ...timeParams(time, year),
      ...handsets(phone),
      ...display(phone),
      ...network(phone),
      ...access(phone),
      ...server(phone),
      ...params({ ...asksEvery(undefined), ...PHONES_HOME }),
      ...firmware(phone),
    ],
  }),
  phonebook: (phone) => ({ params: [], entries: phone.phonebook }),
};

/** Other ways to find a server are shut: the one it has knows it. */
const PHONES_HOME = {
  'static.auto_provision.pnp_enable': '0',
  'static.auto_provision.dhcp_option.enable': '0',
  'static.zero_touch.enable': '0',
  'static.auto_provision.custom.protect': '0',
  'static.auto_provision.user_agent_mac.enable': '1',
};

function server({ access, verifyServer }: Stage1View): NativeParam[] {
  return params({
    'static.auto_provision.server.url': access.url,
    'static.auto_provision.server.username': access.username,
    'static.auto_provision.server.password': access.password,
    'static.auto_provision.power_on': '1',
    'static.security.trust_certificates': flag(verifyServer),
    'static.security.cn_validation': flag(verifyServer),
  });
}

/** Minutes until it asks again; undefined: each night at a time of its own choice. */
function asksEvery(minutes: string | undefined): Record<string, string> {
  return {
    'static.auto_provision.repeat.enable': flag(minutes !== undefined),
    'static.auto_provision.repeat.minutes': minutes ?? '%NULL%',
    'static.auto_provision.weekly.enable': flag(minutes === undefined),
    'static.auto_provision.weekly.dayofweek': minutes === undefined ? '0123456' : '%NULL%',
    'static.auto_provision.weekly.begin_time': minutes === undefined ? '01:00' : '%NULL%',
    'static.auto_provision.weekly.end_time': minutes === undefined ? '05:00' : '%NULL%',
  };
}

/** On a base station handset N has account N. */
function handsets({ model, lines }: PhoneView): NativeParam[] {
  if (model.caps.dect !== true) return [];
  return lines.flatMap(({ index, label }) =>
    params({
      [`handset.${index}.name`]: label,
      [`handset.${index}.incoming_lines`]: index,
      [`handset.${index}.dial_out_lines`]: index,
      [`handset.${index}.dial_out_default_line`]: index,
    }),
  );
}

function display({ settings, country }: PhoneView): NativeParam[] {
  const [first, second] = settings['ntp.servers'] ?? [];
  const language = languageWord(LANGUAGES, settings.language) ?? '%NULL%';
  const seconds = settings['display.backlightSeconds'];
  const backlight = seconds === 0 ? 0 : BACKLIGHT.find((one) => one >= (seconds ?? 0));
  return params({
    'local_time.ntp_server1': first ?? '%NULL%',
    'local_time.ntp_server2': second ?? '%NULL%',
    'local_time.manual_ntp_srv_prior': flag(first !== undefined),
    'local_time.dhcp_time': '0',
    'local_time.time_format': flag(settings['time.format'] !== '12'),
    'local_time.date_format': DATE_FORMATS[settings['date.format'] ?? 'ymd'],
    'lang.gui': language,
    'lang.wui': language,
    'voice.tone.country': TONES[settings['tones.country'] ?? country] ?? '%NULL%',
    'phone_setting.backlight_time': seconds === null ? '%NULL%' : (backlight ?? BACKLIGHT.at(-1)!),
    'call_waiting.enable': flag(settings['calls.waiting']),
  });
}

function network({ settings }: PhoneView): NativeParam[] {
  const vlan = settings['vlan.id'];
  const syslog = settings['syslog.server'];
  return params({
    'static.network.vlan.internet_port_enable': vlan === null ? '%NULL%' : '1',
    'static.network.vlan.internet_port_vid': vlan ?? '%NULL%',
    'static.network.vlan.internet_port_priority': settings['vlan.priority'] ?? '%NULL%',
    'static.network.qos.signaltos': settings['qos.sip'] ?? '%NULL%',
    'static.network.qos.audiotos': settings['qos.rtp'] ?? '%NULL%',
    'static.syslog.enable': flag(syslog !== null),
    'static.syslog.server': syslog ?? '%NULL%',
  });
}

/** Who may come in: people with passwords of this phone alone, and nobody who asks it to do something. */
function access(phone: PhoneView): NativeParam[] {
  const {
    settings,
    passwords,
    access: { url },
    phonebookName,
  } = phone;
  const web = settings['web.enabled'] === true;
  const onlyProxy = settings['sip.onlyFromProxy'] === true;
  return [
    ...webPasswords(phone, passwords),
    ...params({
      'static.security.var_enable': '0',
      'static.wui.http_enable': flag(web && settings['web.httpsOnly'] !== true),
      'static.wui.https_enable': flag(web),
      'sip.notify_reboot_enable': '0',
      'sip.trust_ctrl': flag(onlyProxy),
      'features.direct_ip_call_enable': flag(!onlyProxy),
      'features.action_uri.enable': '0',
      'static.managementserver.enable': '0',
      'features.remote_phonebook.enable': flag(phonebookName !== undefined),
      'features.remote_phonebook.flash_time': phonebookName === undefined ? '%NULL%' : '3600',
      'remote_phonebook.data.1.url': phonebookName === undefined ? '%NULL%' : new URL(phonebookName, url).href,
      'remote_phonebook.data.1.name': phonebookName === undefined ? '%NULL%' : 'Directory',
    }),
  ];
}

/** One parameter for all users, `<user>:<password>`; firmware that has the cap `passwordForm: bare` takes the password alone. */
function webPasswords({ model, firmware }: PhoneView, { admin, user }: PhoneView['passwords']): NativeParam[] {
  const name = 'static.security.user_password';
  if (capsOf(model, firmware).passwordForm === 'bare') return [{ name, value: admin }];
  return [
    { name: 'static.security.user_name.admin', value: 'admin' },
    { name: 'static.security.user_name.user', value: 'user' },
    { name, value: `admin:${admin}`, attributes: { index: 'admin' } },
    { name, value: `user:${user}`, attributes: { index: 'user' } },
  ];
}

function firmware({ firmwareTarget, access: { url } }: PhoneView): NativeParam[] {
  const value = firmwareTarget === undefined ? '%NULL%' : `${url}firmware/${firmwareTarget.file}`;
  return [{ name: 'static.firmware.url', value }];
}
