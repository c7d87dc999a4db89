import type { Draft, ForeignRow, TableFormat } from './format.ts';
import {
  isYes,
  MAILBOX_COLUMNS,
  setCodecs,
  setMailboxEmail,
  setMailboxOptions,
  setMaxContacts,
  setPickupGroup,
  setPin,
  setRingSeconds,
  setSecret,
} from './values.ts';

/**
 * FreePBX 13 and later, Admin > Bulk Handler > Extensions. The columns are what each module's `bulkhandlerExport` adds:
 * users and devices of `core` (Core.class.php), `voicemail_*` of voicemail, `findmefollow_*` of findmefollow.
 */
export const freepbxExtensions: TableFormat = {
  name: 'freepbx-extensions',
  title: 'FreePBX Bulk Handler: extensions',
  table: 'extensions',
  columns: [
    'extension',
    'display_name',
    'ring_seconds',
    'pickup_group',
    ...MAILBOX_COLUMNS,
    'account_kind',
    'codecs',
    'max_contacts',
    'sip_secret',
  ],
  reads: [
    'extension',
    'name',
    'description',
    'tech',
    'secret',
    'ringtimer',
    'allow',
    'disallow',
    'max_contacts',
    'namedpickupgroup',
    'pickupgroup',
    'voicemail',
    'voicemail_enable',
    'voicemail_vmpwd',
    'voicemail_email',
    'voicemail_options',
    'findmefollow_enabled',
    'webrtc',
    'media_encryption',
    'avpf',
    'icesupport',
    'rtcp_mux',
    'callerid',
    // What every extension has there, and what follows from the rest here.
    'dial',
    'id',
    'user',
    'account',
    'devicetype',
    'context',
    'sipdriver',
    'type',
    'host',
    'port',
    'mailbox',
    'callwaiting_enable',
    'intercom',
    'voicemail_same_exten',
    'disable_star_voicemail',
    'dtmfmode',
    'nat',
    'qualify',
    'qualifyfreq',
    'permit',
    'cid_masquerade',
    'direct_media',
    'rewrite_contact',
    'rtp_symmetric',
    'sendrpid',
    'trustrpid',
    'recording_priority',
  ],
  recognises: (has) => has('extension') && has('tech') && (has('name') || has('secret')),
  map(row, draft) {
    const extension = row.get('extension');
    if (extension === '') return draft.skip('extension', 'the row has no extension');
    draft.set('extension', extension);
    draft.set('display_name', row.get('name') || row.get('description') || extension);
    const tech = row.get('tech').toLowerCase();
    if (!['pjsip', 'sip', ''].includes(tech)) {
      draft.change('tech', 'the device is no SIP phone there: here the extension gets a SIP account');
    }
    // REGEN asks Bulk Handler for a new secret.
    if (row.get('secret') !== 'REGEN') setSecret(draft, 'secret', row.raw('secret'));
    setRingSeconds(draft, 'ringtimer', row.get('ringtimer'));
    const codecs = row.get('allow').split(/[,&|\s]+/);
    setCodecs(
      draft,
      'allow',
      codecs.filter((codec) => codec !== '' && codec !== 'all'),
    );
    setMaxContacts(draft, 'max_contacts', row.get('max_contacts'));
    const group = row.get('namedpickupgroup');
    setPickupGroup(draft, group === '' ? 'pickupgroup' : 'namedpickupgroup', group || row.get('pickupgroup'));
    if (isWebRtc(row)) draft.set('account_kind', 'webrtc');
    if (row.get('findmefollow_enabled') !== '') draft.drop('findmefollow_enabled', 'Follow Me is not kept');
    mapMailbox(row, draft);
  },
};

function isWebRtc(row: ForeignRow): boolean {
  if (isYes(row.get('webrtc')) || row.get('media_encryption') === 'dtls') return true;
  return ['avpf', 'icesupport', 'rtcp_mux'].every((name) => isYes(row.get(name)));
}

/** Never "no": that would delete a mailbox that is here already. */
function mapMailbox(row: ForeignRow, draft: Draft): void {
  const enable = row.get('voicemail_enable');
  const context = row.get('voicemail');
  const has = enable === '' ? row.get('voicemail_vmpwd') !== '' && context !== 'novm' : isYes(enable);
  if (!has) return;
  draft.set('mailbox', 'yes');
  setPin(draft, 'voicemail_vmpwd', row.get('voicemail_vmpwd'));
  setMailboxEmail(draft, 'voicemail_email', row.get('voicemail_email'));
  setMailboxOptions(draft, 'voicemail_options', row.get('voicemail_options'));
}
