import type { PhoneView, Stage1View } from '../../phone-view.ts';
import type { NativeParam, NativeView } from '../mapper.ts';
import { fileUrl } from '../shared/file-url.ts';

/** One element of a flat profile. `na`: only the administrator sees it; `rw`: the user may change it, too. */
export function param(name: string, value: string | number, ua: 'na' | 'rw' = 'na'): NativeParam {
  return { name, value: String(value), attributes: { ua } };
}

export const yesNo = (value: boolean) => (value ? 'Yes' : 'No');

/** Seconds between two looks of a phone that has everything, and of one that is on its way there. */
const RESYNC = { settled: 86_400, underway: 60 };

/** Where the phone fetches its profile, when, and that a NOTIFY may tell it to. */
export function provisioning({ access, mac }: Stage1View, state: keyof typeof RESYNC): NativeParam[] {
  return [
    param('Provision_Enable', 'Yes'),
    param('Profile_Rule', `${credentials(access)} ${fileUrl(access, `${mac}.xml`)}`),
    param('Resync_On_Reset', 'Yes'),
    param('Resync_Periodic', RESYNC[state]),
    param('Resync_Random_Delay', state === 'settled' ? 60 : 2),
    param('Resync_Error_Retry_Delay', state === 'settled' ? 600 : 60),
    param('Resync_Fails_On_FNF', 'Yes'),
    param('Resync_From_SIP', 'Yes'),
  ];
}

/** Arguments before an address in a rule. */
export function credentials({ username, password }: Stage1View['access']): string {
  return `[--uid ${username} --pwd ${password}]`;
}

export function stage1(phone: Stage1View): NativeView {
  return { params: provisioning(phone, 'underway') };
}

/** The company's phonebook behind the directory key. */
export function phonebookParams({ access, phonebookName }: PhoneView): NativeParam[] {
  if (phonebookName === undefined)
    return [param('XML_Directory_Service_Name', ''), param('XML_Directory_Service_URL', '')];
  return [
    param('XML_Directory_Service_Name', 'Phonebook'),
    param('XML_Directory_Service_URL', fileUrl(access, phonebookName)),
    param('XML_User_Name', access.username),
    param('XML_Password', access.password),
  ];
}

export function phonebook({ phonebook }: PhoneView): NativeView {
  return { params: [], entries: phonebook };
}
