import type { PhoneView, Stage1View } from '../../phone-view.ts';
import type { NativeParam, VendorMapper } from '../mapper.ts';
import { languageWord } from '../shared/values.ts';
import { accountParams } from './account.ts';
import { functionKeys } from './keys.ts';
import { timeParams } from './time.ts';
import { LANGUAGES, TONES } from './words.ts';

export const mapper: VendorMapper = {
  stage1: (phone) => ({
    params: [...server(phone), ...settings({ settings_refresh_timer: 120, prov_polling_enabled: 'off' })],
  }),
  common: () => ({ params: settings({ subscribe_config: 'off' }) }),
  device: (phone, { year, time }) => ({
    params: [
      ...accountParams(phone),
      ...timeParams(time, year).map(({ name, value }) => ({ name, value, attributes: { perm: 'R' } })),
      ...display(phone),
      ...network(phone),
      ...access(phone),
      ...server(phone),
      ...NIGHTLY,
      ...firmware(phone),
    ],
    fkeys: functionKeys(phone),
    phonebook: phone.phonebookName === undefined ? '' : new URL(phone.phonebookName, phone.access.url).href,
  }),
  phonebook: (phone) => ({ params: [], entries: phone.phonebook }),
};

/** `R`: the phone's user sees them and cannot change them. */
function settings(values: Readonly<Record<string, string | number>>): NativeParam[] {
  return Object.entries(values).map(([name, value]) => ({ name, value: String(value), attributes: { perm: 'R' } }));
}

const onOff = (value: boolean | null) => (value ? 'on' : 'off');

/** At a time of its own choice each night, besides when it is told. */
const NIGHTLY = settings({
  settings_refresh_timer: 0,
  prov_polling_enabled: 'on',
  prov_polling_mode: 'random',
  prov_polling_period: 86_400,
  prov_polling_time: '01:00',
  prov_polling_time_rand_end: '05:00',
});

/** The address names the file: what a phone makes of a folder differs from model to model. */
function server({ access, mac, verifyServer }: Stage1View): NativeParam[] {
  return settings({
    setting_server: `${access.url}${mac}.xml`,
    http_client_user: access.username,
    http_client_pass: access.password,
    tls_server_authentication: onOff(verifyServer),
    pnp_config: 'off',
    subscribe_config: 'off',
  });
}

function display({ settings: chosen, country }: PhoneView): NativeParam[] {
  const language = languageWord(LANGUAGES, chosen.language);
  const tones = TONES[chosen['tones.country'] ?? country];
  const seconds = chosen['display.backlightSeconds'];
  return settings({
    ...(language === undefined ? {} : { language, web_language: language }),
    ...(tones === undefined ? {} : { tone_scheme: tones }),
    ntp_server: chosen['ntp.servers']?.[0] ?? '',
    ntp_refresh_timer: 3600,
    time_24_format: onOff(chosen['time.format'] !== '12'),
    date_us_format: onOff(chosen['date.format'] === 'mdy'),
    ...(seconds === null ? {} : { dim_timer: seconds }),
    call_waiting: onOff(chosen['calls.waiting']),
    mwi_notification: 'silent',
    mwi_dialtone: chosen['voicemail.lamp'] ? 'stutter' : 'normal',
  });
}

function network({ settings: chosen }: PhoneView): NativeParam[] {
  return settings({
    vlan_id: chosen['vlan.id'] ?? '',
    vlan_qos: chosen['vlan.priority'] ?? '',
    // The whole byte, of which DSCP is the upper six bits; 40 is what the phone comes with.
    signaling_tos: (chosen['qos.sip'] ?? 40) * 4,
    codec_tos: (chosen['qos.rtp'] ?? 40) * 4,
    syslog_server: chosen['syslog.server'] ?? '',
  });
}

/** Who may come in: people with passwords of this phone alone, and nobody who asks it to do something. */
function access({ settings: chosen, passwords }: PhoneView): NativeParam[] {
  const web = chosen['web.httpsOnly'] ? 'https' : 'http_https';
  return settings({
    webserver_type: chosen['web.enabled'] ? web : 'off',
    webserver_admin_name: 'admin',
    webserver_admin_password: passwords.admin,
    http_user: 'user',
    http_pass: passwords.user,
    admin_mode: 'off',
    admin_mode_password: passwords.admin,
    admin_mode_password_confirm: passwords.admin,
    restrict_uri_queries: 'on',
    filter_registrar: onOff(chosen['sip.onlyFromProxy']),
  });
}

function firmware({ firmwareTarget, access: { url } }: PhoneView): NativeParam[] {
  if (firmwareTarget === undefined) return settings({ update_policy: 'settings_only' });
  return settings({ update_policy: 'auto_update', firmware: `${url}firmware/${firmwareTarget.file}` });
}
