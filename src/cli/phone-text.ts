import type { Phone } from './api/phone-views.ts';
import { fields, table } from './table.ts';
import { ago } from './words.ts';

/** 00:15:65:12:34:56 */
export function macOf(mac: string): string {
  return mac.match(/../g)?.join(':') ?? mac;
}

/** How far it is, in a word or two: `fetched 3 of 4`. */
export function progressText({ state, progress, fetchedRevision, wantedRevision, problems, follow }: Phone): string {
  if (state === 'suspended') return 'suspended';
  if (problems.length > 0) return 'no files';
  const asked = follow === null || follow.state === 'registered' ? '' : `, ${follow.state}`;
  if (fetchedRevision === null) return `${progress.replaceAll('_', ' ')}${asked}`;
  const revision = fetchedRevision === wantedRevision ? '' : ` ${fetchedRevision} of ${wantedRevision}`;
  return `${progress}${revision}${asked}`;
}

export function phoneTable(phones: readonly Phone[]): string {
  const rows = phones.map((phone) => [
    ...[macOf(phone.mac), `${phone.vendor} ${phone.model ?? '?'}`, phone.label ?? ''],
    phone.lines.map(({ extension }) => extension.number).join(' '),
    ...[phone.site?.name ?? '', progressText(phone), phone.address ?? '', ago(phone.seenAt)],
  ]);
  return table(['mac', 'model', 'label', 'lines', 'site', 'state', 'address', 'seen'], rows);
}

export function phoneText(phone: Phone): string {
  const isOpen = phone.windowUntil !== null && Date.parse(phone.windowUntil) > Date.now();
  const lines = phone.lines.map(({ ordinal, label, endpoint, extension }) => [
    ...[String(ordinal), extension.number, extension.displayName, endpoint, label ?? ''],
  ]);
  const about = fields([
    ['phone', macOf(phone.mac)],
    ['model', `${phone.vendor} ${phone.model ?? '(not known yet)'}`],
    ['label', phone.label],
    ['site', phone.site?.name],
    ['user', phone.user?.username],
    ['key layout', phone.keyLayout?.name],
    ['state', progressText(phone)],
    ['window', isOpen ? `open until ${phone.windowUntil}` : 'closed'],
    ['address', phone.address],
    ['firmware', phone.firmware],
    ['user agent', phone.userAgent],
    ['first file', ago(phone.stage1At)],
    ['all files', ago(phone.fetchedAt)],
    ['registered', ago(phone.registeredAt)],
    [
      'last change',
      phone.follow === null ? null : [phone.follow.state, phone.follow.reason].filter(Boolean).join(': '),
    ],
  ]);
  const problems = phone.problems.map(({ message }) => `problem: ${message}`);
  return [about, ...problems, '', table(['line', 'extension', 'name', 'endpoint', 'label'], lines)].join('\n');
}
