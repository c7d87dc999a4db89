import type { Draft, ForeignRow, TableFormat } from './format.ts';
import {
  isYes,
  MAILBOX_COLUMNS,
  setCodecs,
  setForward,
  setMailboxEmail,
  setPickupGroup,
  setPin,
  setRingSeconds,
  setSecret,
  setUser,
} from './values.ts';

/** Their switch, their destination, our column. */
const FORWARDS = [
  ['forward_all_enabled', 'forward_all_destination', 'forward_always'],
  ['forward_busy_enabled', 'forward_busy_destination', 'forward_busy'],
  ['forward_no_answer_enabled', 'forward_no_answer_destination', 'forward_no_answer'],
] as const;

/**
 * FusionPBX, Accounts > Extensions > Export: the columns of `v_extensions` that were ticked
 * (app/extensions/extension_download.php), and those an import may add: `username` (extension_imports.php), and of
 * `v_voicemails` when somebody joined them.
 */
export const fusionpbxExtensions: TableFormat = {
  name: 'fusionpbx-extensions',
  title: 'FusionPBX: extensions',
  table: 'extensions',
  columns: [
    'extension',
    'display_name',
    'caller_id_name',
    'user',
    'first_name',
    'last_name',
    'ring_seconds',
    ...FORWARDS.map(([, , ours]) => ours),
    'do_not_disturb',
    'class_of_service',
    'pickup_group',
    'enabled',
    ...MAILBOX_COLUMNS,
    'codecs',
    'sip_secret',
  ],
  reads: [
    'extension',
    'password',
    'effective_caller_id_name',
    'effective_caller_id_number',
    'directory_first_name',
    'directory_last_name',
    'description',
    'username',
    'call_timeout',
    'call_group',
    'toll_allow',
    'do_not_disturb',
    'enabled',
    'absolute_codec_string',
    'forward_user_not_registered_enabled',
    'forward_user_not_registered_destination',
    ...FORWARDS.map(([on]) => on),
    ...FORWARDS.map(([, to]) => to),
    'voicemail_enabled',
    'voicemail_password',
    'voicemail_mail_to',
    'voicemail_file',
    'voicemail_attach_file',
    'voicemail_local_after_email',
    // Names of their rows and defaults that say nothing here.
    'extension_uuid',
    'domain_uuid',
    'user_context',
    'directory_visible',
    'directory_exten_visible',
    'limit_max',
    'limit_destination',
  ],
  recognises: (has) =>
    has('extension') &&
    !has('tech') &&
    ['effective_caller_id_name', 'extension_uuid', 'user_context', 'directory_first_name'].some(has),
  map(row, draft, context) {
    const extension = row.get('extension');
    if (!/^[0-9]+$/.test(extension)) return draft.skip('extension', 'is no number');
    draft.set('extension', extension);
    const first = row.get('directory_first_name');
    const last = row.get('directory_last_name');
    const callerName = row.get('effective_caller_id_name');
    const ownName = callerName === extension ? '' : callerName;
    const name = `${first} ${last}`.trim() || ownName || row.get('description') || extension;
    draft.set('display_name', name);
    if (ownName !== name) draft.set('caller_id_name', ownName);
    const callerNumber = row.get('effective_caller_id_number');
    if (callerNumber !== '' && callerNumber !== extension) {
      draft.drop('effective_caller_id_number', 'calls inside show the extension');
    }
    setUserByName(draft, row.get('username'), first, last);
    setSecret(draft, 'password', row.raw('password'));
    setRingSeconds(draft, 'call_timeout', row.get('call_timeout'));
    for (const [on, to, ours] of FORWARDS) {
      if (isYes(row.get(on))) setForward(draft, to, ours, row.get(to), context);
    }
    if (isYes(row.get('forward_user_not_registered_enabled'))) {
      draft.drop('forward_user_not_registered_destination', 'what is not registered forwards as what does not answer');
    }
    for (const flag of ['do_not_disturb', 'enabled']) {
      if (row.get(flag) !== '') draft.set(flag, isYes(row.get(flag)) ? 'yes' : 'no');
    }
    setPickupGroup(draft, 'call_group', row.get('call_group'));
    mapTolls(row, draft);
    // `PCMU@8000h@20i,OPUS`
    const codecs = row.get('absolute_codec_string').split(/[,\s]+/);
    setCodecs(
      draft,
      'absolute_codec_string',
      codecs.map((codec) => codec.replace(/@.*/, '')).filter((codec) => codec !== ''),
    );
    mapMailbox(row, draft);
  },
};

function setUserByName(draft: Draft, username: string, first: string, last: string): void {
  setUser(draft, username, first, last);
  draft.cells.delete('email');
}

function mapTolls(row: ForeignRow, draft: Draft): void {
  const tolls = row.get('toll_allow').toLowerCase();
  if (tolls === '') return;
  if (/international/.test(tolls)) draft.set('class_of_service', 'international');
  else if (/domestic|national/.test(tolls)) draft.set('class_of_service', 'national');
  else if (/local/.test(tolls)) {
    draft.set('class_of_service', 'national');
    draft.change('toll_allow', 'local calls alone are no class of service: national is the nearest');
  } else draft.drop('toll_allow', 'has none of local, domestic and international: the class of service is the default');
}

function mapMailbox(row: ForeignRow, draft: Draft): void {
  const enabled = row.get('voicemail_enabled');
  const has = enabled === '' ? row.get('voicemail_password') !== '' : isYes(enabled);
  if (!has) return;
  draft.set('mailbox', 'yes');
  setPin(draft, 'voicemail_password', row.get('voicemail_password'));
  setMailboxEmail(draft, 'voicemail_mail_to', row.get('voicemail_mail_to'));
  const file = row.get('voicemail_file') || row.get('voicemail_attach_file');
  if (file !== '') draft.set('mailbox_attach', file === 'attach' || isYes(file) ? 'yes' : 'no');
  const keeps = row.get('voicemail_local_after_email');
  if (keeps !== '') draft.set('mailbox_delete_after_mail', isYes(keeps) ? 'no' : 'yes');
}
