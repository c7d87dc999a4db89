import { isIP } from 'node:net';
import { TIMEZONES } from '../../domain/timezone.ts';
import { LinekeeperError } from '../../errors.ts';
import type { AmiSecrets } from './logins.ts';
import { renderTemplate } from './templates.ts';

export interface InstallOptions {
  secrets: AmiSecrets;
  /** Addresses or networks (`10.0.0.5`, `10.0.0.0/24`) from which Linekeeper connects; everything else is denied. */
  permit: readonly string[];
  /** Where the operator's Asterisk reads its configuration; only named in the instructions. */
  configDir?: string;
  /** Adds the WebSocket transport for browsers, bound to this address. */
  webSocketAddress?: string;
}

export interface InstallFile {
  path: string;
  content: string;
  mode: number;
  /** What the operator has to do with it, in one or two sentences. */
  how: string;
  /** Written by Linekeeper or Asterisk later on: created when missing, never overwritten. */
  data: boolean;
}

export const DIALPLAN_FILE = 'linekeeper-dialplan.conf';
export const COMPANIES_FILE = 'linekeeper-companies.conf';
export const VOICEMAIL_FILES: readonly string[] = Array.from(
  { length: 32 },
  (_, index) => `linekeeper-voicemail-${String(index).padStart(2, '0')}.conf`,
);

/**
 * Everything that an operator installs once. The operator's own files are never written: each of ours says which line goes
 * into which of theirs.
 */
export function renderInstall(options: InstallOptions): InstallFile[] {
  const dir = options.configDir ?? '/etc/asterisk';
  const include = (file: string, into: string, then: string) =>
    `Add the line "#include ${file}" to ${dir}/${into}${then}`;
  const fixed = (path: string, content: string, how: string, mode = 0o640): InstallFile => ({
    path,
    content,
    mode,
    how,
    data: false,
  });
  const data = (path: string, content: string, how: string): InstallFile => ({
    ...fixed(path, content, how),
    data: true,
  });

  const mailboxes = renderTemplate('linekeeper-voicemail-file.conf');
  return [
    fixed(
      'linekeeper-sorcery.conf',
      renderTemplate('linekeeper-sorcery.conf'),
      include('linekeeper-sorcery.conf', 'sorcery.conf', ', below its [res_pjsip] header; then restart Asterisk once.'),
    ),
    fixed(
      DIALPLAN_FILE,
      renderTemplate(DIALPLAN_FILE),
      `${include(DIALPLAN_FILE, 'extensions.conf', ', at its end')}; give the trunk's endpoint context=linekeeper-incoming.`,
    ),
    data(
      COMPANIES_FILE,
      renderTemplate(COMPANIES_FILE),
      `${include(COMPANIES_FILE, 'extensions.conf', ', at its end')}; Asterisk's user must be able to write this file.`,
    ),
    fixed(
      'linekeeper-manager.conf',
      renderManager(options),
      include(
        'linekeeper-manager.conf',
        'manager.conf',
        ', whose [general] has enabled=yes; it holds secrets: mode 0640.',
      ),
    ),
    fixed(
      'linekeeper-cdr-manager.conf',
      renderTemplate('linekeeper-cdr-manager.conf'),
      include(
        'linekeeper-cdr-manager.conf',
        'cdr_manager.conf',
        ', below a [mappings] header, and set enabled=yes in its [general]; then restart Asterisk once.',
      ),
    ),
    fixed(
      'linekeeper-cdr-custom.conf',
      renderTemplate('linekeeper-cdr-custom.conf'),
      include('linekeeper-cdr-custom.conf', 'cdr_custom.conf', ', below its [mappings] header.'),
    ),
    fixed(
      'linekeeper-voicemail.conf',
      renderVoicemail(),
      include('linekeeper-voicemail.conf', 'voicemail.conf', ', at its end.'),
    ),
    ...VOICEMAIL_FILES.map((file) =>
      data(file, mailboxes, "Nothing to add; Asterisk's user must be able to write this file."),
    ),
    ...(options.webSocketAddress === undefined ? [] : [transport(options.webSocketAddress, include)]),
  ];
}

/**
 * A mailbox names its time zone by its IANA name, so each zone that is accepted is declared under that name. Should voicemail.conf have a
 * [zonemessages] of its own, Asterisk reads only the first: times are then spoken in the PBX's own zone.
 */
function renderVoicemail(): string {
  const zones = TIMEZONES.map((zone) => `${zone}=${zone}|'vm-received' Q 'digits/at' R\n`);
  const includes = VOICEMAIL_FILES.map((file) => `#include ${file}\n`);
  return `[zonemessages]\n${zones.join('')}\n; Linekeeper's mailboxes are spread over these files.\n${includes.join('')}`;
}

function transport(bindAddress: string, include: (file: string, into: string, then: string) => string): InstallFile {
  const how = include(
    'linekeeper-transport.conf',
    'pjsip.conf',
    ', and set enabled=yes in http.conf; browsers then use /ws.',
  );
  const content = renderTemplate('linekeeper-transport.conf', { bindAddress });
  return { path: 'linekeeper-transport.conf', content, mode: 0o640, how, data: false };
}

function renderManager({ secrets, permit }: InstallOptions): string {
  for (const secret of Object.values(secrets)) {
    if (!/^[A-Za-z0-9]{24,}$/.test(secret)) {
      throw new LinekeeperError('CONFIG_INVALID', 'An AMI secret must be at least 24 letters and digits.');
    }
  }
  const values = {
    eventsSecret: secrets.events,
    querySecret: secrets.query,
    syncSecret: secrets.sync,
    configSecret: secrets.config,
    actSecret: secrets.act,
    acl: ['deny=0.0.0.0/0', 'deny=::/0', ...permit.map((address) => `permit=${checkedAddress(address)}`)].join('\n'),
  };
  return renderTemplate('linekeeper-manager.conf', values, ['acl']);
}

function checkedAddress(text: string): string {
  const [address = '', length, ...rest] = text.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  const valid = isIP(address) !== 0 && rest.length === 0 && (length === undefined || /^\d{1,3}$/.test(length));
  if (!valid || Number(length ?? bits) > bits) {
    throw new LinekeeperError('CONFIG_INVALID', `"${text}" is not an address or network.`);
  }
  return `${address}/${length ?? bits}`;
}
