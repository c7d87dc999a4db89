import type { Registrations } from './api/diagnostics-views.ts';
import type { Extension } from './api/views.ts';
import { fields } from './table.ts';
import { ago } from './words.ts';

/** What is shown once. */
export function credentialsText({ credentials, accounts }: Pick<Extension, 'credentials' | 'accounts'>): string {
  if (credentials === undefined) return '';
  const endpoint = credentials.endpoint ?? accounts[0]?.endpoint;
  const shown = fields([
    ['  SIP user', credentials.secret === undefined ? undefined : endpoint],
    ['  SIP secret', credentials.secret],
    ['  PIN', credentials.pin],
  ]);
  return `${shown}\n  (shown this once)`;
}

/** Everything of an extension; `phones` is a reason in words when the PBX could not be asked. */
export function extensionText(extension: Extension, phones: Registrations): string {
  const { mailbox, sync, user, site } = extension;
  const head = fields([
    ['extension', `${extension.number}  ${extension.displayName}${stateOf(extension)}`],
    ['sync', [sync.state, sync.code, sync.reason].filter((part) => part !== undefined).join(': ')],
    ['user', user === null ? null : `${user.name} (${user.username})`],
    ['site', site?.name],
    ['phone numbers', extension.phoneNumbers.map(({ e164 }) => e164).join(', ')],
    ['rings', `${extension.ringSeconds} s`],
    ['class', extension.classOfService],
    ['caller id name', extension.callerIdName],
    ['forward always', extension.forwardAlways],
    ['forward busy', extension.forwardBusy],
    ['forward no answer', extension.forwardNoAnswer],
    ['do not disturb', extension.doNotDisturb ? 'yes' : null],
    ['pickup group', extension.pickupGroup],
    ['mailbox', mailbox === null ? 'none' : mailboxText(mailbox)],
    ['changed', `${ago(extension.updatedAt)} (version ${extension.version})`],
  ]);
  return [head, ...extension.accounts.map((account) => accountText(account, phones))].join('\n');
}

function mailboxText(mailbox: NonNullable<Extension['mailbox']>): string {
  const where = mailbox.email === null ? '' : `, to ${mailbox.email}`;
  const source = mailbox.pinSource === 'phone' ? 'set by phone' : `set by ${mailbox.pinSource}`;
  const state = mailbox.enabled ? '' : ' (disabled)';
  return `${mailbox.address}${state}${where}; PIN ${source} ${ago(mailbox.pinChangedAt)}`;
}

function accountText(account: Extension['accounts'][number], phones: Registrations): string {
  const label = account.label === null ? '' : ` "${account.label}"`;
  const head = `account ${account.ordinal}  ${account.endpoint} (${account.kind}${label})`;
  const known = phones.accounts.find(({ ordinal }) => ordinal === account.ordinal);
  if (phones.unknown !== null || known === undefined) return `${head}\n  registration unknown: ${phones.unknown ?? ''}`;
  const contacts = known.contacts.map(
    ({ uri, userAgent, expiresAt }) =>
      `  registered  ${uri}  ${userAgent}  until ${new Date(expiresAt).toLocaleTimeString('en-GB')}`,
  );
  const refused = known.lastRejection;
  const refusal =
    refused === null ? [] : [`  turned away ${ago(refused.at)} from ${refused.remoteAddress}: ${refused.reason}`];
  return [head, ...(contacts.length > 0 ? contacts : ['  not registered']), ...refusal].join('\n');
}

function stateOf({ enabled, suspended }: Extension): string {
  if (suspended) return '  (suspended: its user is disabled)';
  return enabled ? '' : '  (disabled)';
}
