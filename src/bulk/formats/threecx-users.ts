import type { Draft, ForeignRow, TableFormat } from './format.ts';
import { isYes, MAILBOX_COLUMNS, setPhoneNumbers, setPin, setSecret, setUser } from './values.ts';

/**
 * 3CX, Users > Export, which is also what Import takes ("How to create extensions in bulk", 3cx.com/docs/bulk-extension-import).
 * Flags are 0 and 1. VMEmailOptions: 0 no mail, 1 a notification, 2 the message attached, 3 attached and deleted.
 */
export const threecxUsers: TableFormat = {
  name: '3cx-users',
  title: '3CX: users',
  table: 'extensions',
  columns: [
    'extension',
    'display_name',
    'user',
    'first_name',
    'last_name',
    'email',
    'do_not_disturb',
    'class_of_service',
    'enabled',
    'phone_numbers',
    ...MAILBOX_COLUMNS,
    'sip_secret',
  ],
  reads: [
    'number',
    'firstname',
    'lastname',
    'emailaddress',
    'authid',
    'authpassword',
    'enablevoicemail',
    'pin',
    'vmnopin',
    'vmemailoptions',
    'did',
    'dnd',
    'disabled',
    'disableexternalcalls',
    // Defaults of every user.
    'queuestatus',
    'deliveraudio',
    'supportreinvite',
    'supportreplaces',
    'webmeetingfriendlyname',
    'webmeetingprivateroom',
    'vmplaycallerid',
    'vmplaymsgdatetime',
    'usetunnel',
    'pushextension',
    'turnoffmyphone',
    'allowownrecordings',
  ],
  recognises: (has) =>
    has('number') && has('firstname') && (has('authid') || has('authpassword') || has('emailaddress')),
  map(row, draft, context) {
    const extension = row.get('number');
    if (extension === '') return draft.skip('Number', 'the row has no extension');
    draft.set('extension', extension);
    const first = row.get('firstname');
    const last = row.get('lastname');
    draft.set('display_name', `${first} ${last}`.trim() || extension);
    setUser(draft, row.get('emailaddress'), first, last);
    setSecret(draft, 'AuthPassword', row.raw('authpassword'));
    const login = row.get('authid');
    if (login !== '' && login !== extension) {
      draft.change('AuthID', 'phones log in with the name of the SIP account here, which is made of the extension');
    }
    const numbers = row.get('did').split(/[;|,]+|:(?=\+?[0-9])/);
    setPhoneNumbers(
      draft,
      'DID',
      numbers.map((number) => number.trim()).filter((number) => number !== ''),
      context,
    );
    if (row.get('dnd') !== '') draft.set('do_not_disturb', isYes(row.get('dnd')) ? 'yes' : 'no');
    if (row.get('disabled') !== '') draft.set('enabled', isYes(row.get('disabled')) ? 'no' : 'yes');
    if (isYes(row.get('disableexternalcalls'))) draft.set('class_of_service', 'internal');
    mapMailbox(row, draft);
  },
};

function mapMailbox(row: ForeignRow, draft: Draft): void {
  if (!isYes(row.get('enablevoicemail'))) return;
  draft.set('mailbox', 'yes');
  setPin(draft, 'PIN', row.get('pin'));
  if (isYes(row.get('vmnopin'))) draft.change('VMNoPin', 'the mailbox asks for its PIN here');
  const mails = row.get('vmemailoptions');
  if (!['1', '2', '3'].includes(mails)) return;
  draft.set('mailbox_email', row.get('emailaddress'));
  draft.set('mailbox_attach', mails === '1' ? 'no' : 'yes');
  draft.set('mailbox_delete_after_mail', mails === '3' ? 'yes' : 'no');
}
