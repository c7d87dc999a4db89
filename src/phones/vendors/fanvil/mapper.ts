import type { PhoneView } from '../../phone-view.ts';
import { withNative } from '../../render/native.ts';
import type { NativeParam, VendorMapper } from '../mapper.ts';
import { fileUrl } from '../shared/file-url.ts';
import { keyParams } from './keys.ts';
import { lineParams } from './lines.ts';
import { displayLanguage, toneSet } from './locale.ts';
import { firmwareCheck, firmwareInfo, provision } from './provision.ts';
import { timeParams } from './time.ts';
import { elements, param } from './tree.ts';

/** Fanvil X, V and H series: one tree of elements, `<sysConf>`. */
export const mapper: VendorMapper = {
  stage1(phone) {
    const params = provision(phone, 1);
    return { params, elements: elements(params) };
  },
  device(phone, context) {
    const { caps } = phone.model;
    const isNew = caps.languages === 'names';
    const params = [
      ...provision(phone, 24),
      ...firmwareCheck(phone),
      // A NOTIFY fetches the file and nothing more, unless it says reboot=true.
      param('sip.NotifyReboot', 0),
      ...lineParams(phone),
      param('call.port.1.CallWaiting', phone.settings['calls.waiting'] ? 1 : 0),
      ...tones(phone),
      ...display(phone, isNew ? 'names' : 'numbers'),
      ...timeParams(phone.settings, context, caps.dates === 'old' ? 'old' : 'new'),
      ...phonebookParams(phone),
      ...keyParams(phone),
      ...web(phone),
      ...network(phone),
    ];
    // The tree is made of the parameters, so the operator's own have to be among them already.
    return { params, elements: elements(withNative(params, phone.native, 'xml')) };
  },
  phonebook: ({ phonebook }) => ({ params: [], entries: phonebook }),
  firmwareInfo,
};

function tones({ settings, country }: PhoneView): NativeParam[] {
  const set = toneSet(settings['tones.country'] ?? country);
  return set === undefined ? [] : [param('mm.SelectYourTone', set)];
}

function display({ settings, label, passwords }: PhoneView, form: 'names' | 'numbers'): NativeParam[] {
  const language = displayLanguage(settings.language, form);
  const light = settings['display.backlightSeconds'];
  return [
    param('phone.MenuPassword', passwords.admin),
    param('phone.display.LCDTitle', settings['display.text'] ?? label),
    ...(language === undefined ? [] : [param('phone.display.DefaultLanguage', language)]),
    ...(light === null ? [] : [param('phone.display.BacklightOffTime', light)]),
  ];
}

function phonebookParams({ access, phonebookName }: PhoneView): NativeParam[] {
  const book = 'phone.xmlContact.1';
  if (phonebookName === undefined) return [param(`${book}.Name`, ''), param(`${book}.Addr`, '')];
  return [
    param(`${book}.Name`, 'Phonebook'),
    param(`${book}.Addr`, fileUrl(access, phonebookName)),
    param(`${book}.UserName`, access.username),
    param(`${book}.PassWd`, access.password),
    // Any line.
    param(`${book}.Sipline`, -1),
    param(`${book}.BindLine`, -1),
  ];
}

function web({ passwords }: PhoneView): NativeParam[] {
  const account = (index: number, name: string, password: string, level: number) => [
    param(`web.account.${index}.Name`, name),
    param(`web.account.${index}.Password`, password),
    param(`web.account.${index}.Level`, level),
  ];
  return [
    param('web.EnableTelnet', 0),
    ...account(1, 'admin', passwords.admin, 10),
    ...account(2, 'guest', passwords.user, 5),
  ];
}

function network({ settings }: PhoneView): NativeParam[] {
  const [vlan, priority] = [settings['vlan.id'], settings['vlan.priority']];
  const [sip, rtp, syslog] = [settings['qos.sip'], settings['qos.rtp'], settings['syslog.server']];
  return [
    ...(vlan === null ? [] : [param('qos.EnableVLAN', 1), param('qos.VLANID', vlan)]),
    ...(priority === null ? [] : [param('qos.SignallingPriority', priority), param('qos.VoicePriority', priority)]),
    ...(sip === null && rtp === null ? [] : [param('qos.EnablediffServ', 1)]),
    // The vendor's spelling.
    ...(sip === null ? [] : [param('qos.SingallingDSCP', sip)]),
    ...(rtp === null ? [] : [param('qos.VoiceDSCP', rtp)]),
    ...(syslog === null
      ? []
      : [param('log.OutputDevice', ',syslog'), param('log.SyslogServer', syslog), param('log.SyslogServerPort', 514)]),
  ];
}
