import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type AmiSecrets, completeSecrets, generateAmiSecrets } from '../install/logins.ts';
import { renderInstall } from '../install/render.ts';
import { renderTemplate } from '../install/templates.ts';
import { contentOf, writeInstall, writeWhole } from '../install/write.ts';
import type { AsteriskBinary } from './asterisk-binary.ts';
import { loadLines } from './modules.ts';

export interface EmbeddedPorts {
  ami: number;
  sip: number;
  http: number;
  rtpStart: number;
  rtpEnd: number;
}

export interface PrivateConfigOptions {
  root: string;
  binary: AsteriskBinary;
  ports: EmbeddedPorts;
  bindAddress: string;
  ari?: { username: string; password: string } | undefined;
}

/** Files of the embedded PBX that are ours and rewritten at each start. */
const FIXED = [
  'asterisk.conf',
  'modules.conf',
  'logger.conf',
  'manager.conf',
  'http.conf',
  'rtp.conf',
  'pjsip.conf',
  'sorcery.conf',
  'extensions.conf',
  'voicemail.conf',
  'indications.conf',
  'cdr.conf',
  'cdr_manager.conf',
  'cdr_custom.conf',
];

/** Asterisk complains when these are missing and is content when they say nothing. */
const EMPTY = [
  ...['acl.conf', 'ccss.conf', 'cel.conf', 'features.conf', 'pjproject.conf', 'udptl.conf'],
  // Without it res_pjsip_notify does not start (measured on 22.10.1).
  'pjsip_notify.conf',
];

/** Files of the same names below `custom/` are the operator's: included, created empty, never written again. */
const CUSTOM = ['manager.conf', 'pjsip.conf', 'extensions.conf', 'voicemail.conf', 'modules.conf', 'cdr.conf'];

const FOLDERS = [
  'etc',
  'custom',
  'run',
  'log/cdr-custom',
  'spool/voicemail',
  'spool/tmp',
  'var/db',
  'var/keys/keys',
  'var/lib/agi-bin',
];

/** Writes a complete private configuration below `root`; keeps mailboxes, companies, AstDB and secrets that are there. */
export async function writePrivateConfig(options: PrivateConfigOptions): Promise<AmiSecrets> {
  const { root, binary, ports, bindAddress, ari } = options;
  await mkdir(root, { recursive: true, mode: 0o700 });
  await chmod(root, 0o700);
  for (const folder of FOLDERS) await mkdir(join(root, folder), { recursive: true });
  const secrets = await keptSecrets(join(root, 'secrets.json'));
  const etc = join(root, 'etc');
  await writeInstall(etc, renderInstall({ secrets, permit: ['127.0.0.1'], webSocketAddress: bindAddress }), {
    force: true,
  });
  for (const name of CUSTOM) {
    if ((await contentOf(join(root, 'custom', name))) === undefined)
      await writeWhole(join(root, 'custom', name), '', 0o600);
  }
  const values = {
    root,
    moduleDir: binary.moduleDir,
    dataDir: binary.dataDir,
    bindAddress,
    amiPort: String(ports.ami),
    sipPort: String(ports.sip),
    httpPort: String(ports.http),
    rtpStart: String(ports.rtpStart),
    rtpEnd: String(ports.rtpEnd),
    loadLines: loadLines({ ari: ari !== undefined }),
    ariUsername: ari?.username ?? '',
    ariPassword: ari?.password ?? '',
  };
  for (const name of ari === undefined ? FIXED : [...FIXED, 'ari.conf']) {
    await writeWhole(join(etc, name), renderTemplate(`embedded/${name}`, values, ['loadLines']), 0o600);
  }
  for (const name of EMPTY)
    await writeWhole(join(etc, name), '; Asterisk looks for this file; its defaults serve.\n', 0o600);
  return secrets;
}

/** Generated once, so that a restarted daemon still knows the logins of an Asterisk that outlived it. */
async function keptSecrets(path: string): Promise<AmiSecrets> {
  const kept = await contentOf(path);
  const secrets = kept === undefined ? generateAmiSecrets() : completeSecrets(JSON.parse(kept) as AmiSecrets);
  const content = `${JSON.stringify(secrets, undefined, 2)}\n`;
  if (content !== kept) await writeWhole(path, content, 0o600);
  return secrets;
}
