import type { PhoneView } from '../../phone-view.ts';
import type { MapperContext, NativeParam } from '../mapper.ts';
import { firmwareFolder } from '../wanted.ts';
import { serverPath } from './address.ts';
import { androidZone } from './android-zones.ts';
import { named, yes } from './named.ts';
import { customZone } from './time.ts';
import * as words from './words.ts';

/** Everything but accounts and keys, by name. */
export function fleetAliases(phone: PhoneView, context: MapperContext): NativeParam[] {
  return [
    ...named(access(phone)),
    ...named(firmware(phone)),
    ...named(time(phone, context)),
    ...named(look(phone)),
    ...named(security(phone)),
    ...named(network(phone)),
    ...named(phonebook(phone)),
  ];
}

type Values = Record<string, string | number>;

function access({ access: { url, username, password }, verifyServer }: PhoneView): Values {
  const { tls, path } = serverPath(url);
  return {
    'provisioning.config.protocol': tls ? 'HTTPS' : 'HTTP',
    'provisioning.config.serverPath': path,
    'provisioning.config.username': username,
    'provisioning.config.password': password,
    'provisioning.config.authenticateFile': 'No',
    // DHCP led here; from now on it would only lead back.
    'provisioning.override.dhcp.allowCommonOptions': 'No',
    'provisioning.3cxAutoProvision': 'No',
    'provisioning.alwaysAuthenticateBeforeChallenge': 'No',
    'security.validate.serverCertificate': yes(verifyServer),
    'provisioning.validateHostnameInCertificate': yes(verifyServer),
    // Once a night at a random time between one and five, in case a NOTIFY was lost.
    'provisioning.auto.mode': 'YesUpgradeHourOfDay',
    'provisioning.auto.hour': 1,
    'provisioning.auto.endHour': 5,
    'provisioning.auto.randomTime.enable': 'Yes',
  };
}

function firmware(phone: PhoneView): Values {
  const folder = firmwareFolder(phone);
  const { username, password } = phone.access;
  // The factory's setting asks the vendor, and takes what is newest there.
  if (folder === undefined) return { 'provisioning.firmware.checkCondition': 'SkipCheck' };
  const { tls, path } = serverPath(folder);
  return {
    'provisioning.firmware.checkCondition': 'AlwaysCheck',
    'provisioning.firmware.confirm.enable': 'No',
    'provisioning.firmware.protocol': tls ? 'HTTPS' : 'HTTP',
    'provisioning.firmware.serverPath': path,
    'provisioning.firmware.username': username,
    'provisioning.firmware.password': password,
  };
}

function time({ settings, model }: PhoneView, context: MapperContext): Values {
  const [first, second] = settings['ntp.servers'] ?? [];
  const isAndroid = model.caps.android === true;
  const zone = isAndroid
    ? androidZone(context.time.zone)
    : { 'dateTime.timezone': 'customize', 'dateTime.timezone.custom': customZone(context) };
  return {
    ...zone,
    'dateTime.override.dhcp.allowOption2': 'No',
    'dateTime.override.dhcp.allowOption42': yes(first === undefined),
    ...(first === undefined ? {} : { 'dateTime.ntp.server.1': first }),
    ...(second === undefined || isAndroid ? {} : { 'dateTime.ntp.server.2': second }),
    'dateTime.format.date': words.DATE_NAMES[settings['date.format'] ?? 'ymd'],
    'dateTime.format.time': settings['time.format'] === '12' ? '12Hour' : '24Hour',
  };
}

function look({ settings, model }: PhoneView): Values {
  const light = settings['display.backlightSeconds'];
  const language = words.languageCode(settings.language);
  if (model.caps.android === true) return { 'language.gui': language === 'se' ? 'sv' : language };
  const timeout = light === null ? {} : { 'lcd.backlight.activeTimeout': words.lightMinutes(light) };
  return { 'language.gui': language, ...timeout };
}

function security({ settings, model, passwords }: PhoneView): Values {
  const isAndroid = model.caps.android === true;
  const page = settings['web.httpsOnly'] === false ? (isAndroid ? 'HTTP' : 'Both') : 'HTTPS';
  return {
    'users.admin.password': passwords.admin,
    'users.user.password': passwords.user,
    'security.webAccessMode': settings['web.enabled'] === false && !isAndroid ? 'Disabled' : page,
    // A NOTIFY that the phone challenges is one that Asterisk cannot answer. "No" to SSH closes it; what phones with
    // Android make of either is not documented.
    ...(isAndroid ? {} : { 'security.ssh': 'No', 'sip.notify.challenge': 'No' }),
    'tr069.enable': 'No',
    'call.callWaiting.enable': yes(settings['calls.waiting'] ?? true),
  };
}

function network({ settings, model }: PhoneView): Values {
  const values: Values = {};
  const add = (name: string, value: string | number | null | undefined) => {
    if (value !== null && value !== undefined) values[name] = value;
  };
  add('sip.keepAliveInterval', words.keepAlive(settings));
  const isAndroid = model.caps.android === true;
  if (settings['vlan.id'] !== null && !isAndroid) add('network.port.eth.1.vlan.enable', 'Yes');
  add('network.port.eth.1.vlan.tag', settings['vlan.id']);
  add(isAndroid ? 'network.port.eth.1.vlan.priorit' : 'network.port.eth.1.vlan.priority', settings['vlan.priority']);
  add('network.qos.forSip', settings['qos.sip']);
  add('network.qos.forRtp', settings['qos.rtp']);
  add('maintain.syslog.server', settings['syslog.server']);
  add('maintain.syslog.level', settings['syslog.server'] === null ? 'None' : 'Info');
  return values;
}

function phonebook({ access: { url, username, password }, phonebookName }: PhoneView): Values {
  if (phonebookName === undefined) return { 'phonebook.download.mode': 'Disabled' };
  const { tls, path } = serverPath(url);
  return {
    'phonebook.download.mode': tls ? 'EnabledUseHTTPS' : 'EnabledUseHTTP',
    'phonebook.download.server': path,
    'phonebook.download.username': username,
    'phonebook.download.password': password,
    'phonebook.download.interval': 720,
    'phonebook.download.removeEditedEntries': 'Yes',
  };
}
