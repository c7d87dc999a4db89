import type { Draft, ForeignRow, TableFormat } from './format.ts';
import { isYes, MAILBOX_COLUMNS, setMaxContacts, setPin, setSecret, setUser } from './values.ts';

/**
 * Yeastar P-Series, Extension and Trunk > Extension > Export (help.yeastar.com, "Extension Parameters"). The number of
 * phones and the PIN have had several names in its editions. Flags are 0 and 1.
 */
export const yeastarExtensions: TableFormat = {
  name: 'yeastar-extensions',
  title: 'Yeastar P-Series: extensions',
  table: 'extensions',
  columns: [
    'extension',
    'display_name',
    'user',
    'first_name',
    'last_name',
    'email',
    ...MAILBOX_COLUMNS,
    'max_contacts',
    'sip_secret',
  ],
  reads: [
    'first_name',
    'last_name',
    'email_address',
    'extension_number',
    'caller_id',
    'registration_name',
    'registration_password',
    'concurrent_registrations',
    'ip_phone_concurrent_registrations',
    'enable_voicemail',
    'voicemail_pin_authentication',
    'voicemail_access_pin',
    'voicemail_pin',
    'new_voicemail_notification',
    'after_notification',
    'system_prompt_language',
    'email_language',
  ],
  recognises: (has) => has('extension_number') && ['registration_name', 'registration_password', 'caller_id'].some(has),
  map(row, draft) {
    const extension = row.get('extension_number');
    if (extension === '') return draft.skip('Extension Number', 'the row has no extension');
    draft.set('extension', extension);
    const first = row.get('first_name');
    const last = row.get('last_name');
    draft.set('display_name', `${first} ${last}`.trim() || extension);
    setUser(draft, row.get('email_address'), first, last);
    setSecret(draft, 'Registration Password', row.raw('registration_password'));
    const login = row.get('registration_name');
    if (login !== '' && login !== extension) {
      draft.change(
        'Registration Name',
        'phones log in with the name of the SIP account here, which is made of the extension',
      );
    }
    const callerId = row.get('caller_id');
    if (callerId !== '' && callerId !== extension) draft.drop('Caller ID', 'calls inside show the extension');
    const phones = row.get('ip_phone_concurrent_registrations') || row.get('concurrent_registrations');
    setMaxContacts(draft, 'Concurrent Registrations', phones);
    mapMailbox(row, draft);
  },
};

function mapMailbox(row: ForeignRow, draft: Draft): void {
  const enable = row.get('enable_voicemail');
  const pin = row.get('voicemail_access_pin') || row.get('voicemail_pin');
  // "Enabled Voicemail will be filled with default value 1 if you leave this field empty."
  if (enable === '' ? pin === '' : !isYes(enable)) return;
  draft.set('mailbox', 'yes');
  setPin(draft, 'Voicemail Access PIN', pin);
  if (row.get('voicemail_pin_authentication') === '0') {
    draft.change('Voicemail PIN Authentication', 'the mailbox asks for its PIN here');
  }
  const notice = row.get('new_voicemail_notification').toLowerCase();
  if (notice === '' || /^(0|no|none|disabled?|do_not.*|off)$/.test(notice)) return;
  draft.set('mailbox_email', row.get('email_address'));
  draft.set('mailbox_attach', /attach/.test(notice) ? 'yes' : 'no');
  if (/delete/.test(row.get('after_notification').toLowerCase())) draft.set('mailbox_delete_after_mail', 'yes');
}
