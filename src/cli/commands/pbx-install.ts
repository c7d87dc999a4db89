import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type AmiSecrets, completeSecrets, generateAmiSecrets } from '../../asterisk/install/logins.ts';
import { type InstallFile, renderInstall } from '../../asterisk/install/render.ts';
import { writeInstall, writeWhole } from '../../asterisk/install/write.ts';
import type { Bind } from '../cli.ts';
import { count } from '../words.ts';

interface InstallOptions {
  out?: string;
  permit: string[];
  websocket?: string;
  force?: boolean;
}

const SECRETS_FILE = 'linekeeper-secrets.json';

/** Needs no daemon: it is done before there is anything to connect to. */
export function addPbxInstall(pbx: Command, bind: Bind): void {
  pbx
    .command('install')
    .description('the files that your own Asterisk needs, and what to do with them')
    .option('--out <dir>', 'write them there, with the secrets of the AMI logins; without it they are only shown')
    .option('--permit <address...>', 'where Linekeeper connects from', ['127.0.0.1'])
    .option('--websocket <address>', 'also a WebSocket transport on this address, for browsers and `extension verify`')
    .option('--force', 'overwrite files of ours that were changed')
    .action(
      bind(async ({ terminal }, options: InstallOptions) => {
        const { out, permit, websocket, force } = options;
        const render = (secrets: AmiSecrets) =>
          renderInstall({ secrets, permit, ...(websocket === undefined ? {} : { webSocketAddress: websocket }) });
        if (out === undefined) {
          const files = render(PLACEHOLDERS).map((file) => ({ ...file, content: masked(file.content) }));
          terminal.result(files, shown(files));
          return;
        }
        const secrets = keptSecrets(join(out, SECRETS_FILE)) ?? generateAmiSecrets();
        const files = render(secrets);
        const { written, kept } = await writeInstall(out, files, { force: force === true });
        await writeWhole(join(out, SECRETS_FILE), `${JSON.stringify(secrets, undefined, 2)}\n`, 0o600);
        const counts = `${count(written.length, 'file')} written to ${out}, ${kept.length} there already`;
        terminal.result({ written, kept, secretsFile: join(out, SECRETS_FILE) }, `${counts}\n\n${steps(files, out)}`);
      }),
    );
}

/** What stands for secrets that are not made yet. */
const MASK = 'x'.repeat(48);
const PLACEHOLDERS: AmiSecrets = { events: MASK, query: MASK, sync: MASK, config: MASK, act: MASK };

function masked(content: string): string {
  return content.replaceAll(MASK, '<made by --out>');
}

/** The secrets of an earlier run: the operator's Asterisk may have them already. */
function keptSecrets(path: string): AmiSecrets | undefined {
  try {
    return completeSecrets(JSON.parse(readFileSync(path, 'utf8')) as AmiSecrets);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function shown(files: readonly InstallFile[]): string {
  const data = files.filter((file) => file.data).length;
  const fixed = files.filter((file) => !file.data);
  const parts = fixed.map(({ path, how, content }) => `=== ${path}\n${how}\n---\n${content.trimEnd()}`);
  return [
    ...parts,
    `=== and ${data} empty files that Linekeeper fills`,
    'Write them all: linekeeper pbx install --out DIR',
  ].join('\n\n');
}

function steps(files: readonly InstallFile[], out: string): string {
  const fixed = files.filter((file) => !file.path.startsWith('linekeeper-voicemail-'));
  return [
    'On the machine of your Asterisk:',
    `1. Copy the linekeeper-*.conf files to /etc/asterisk, owned by Asterisk's user.`,
    `2. ${fixed.map(({ path, how }) => `${path}: ${how}`).join('\n   ')}`,
    '3. Restart Asterisk once.',
    'Then here:',
    `4. linekeeper pbx add main --host <its address> --secrets-file ${join(out, SECRETS_FILE)}`,
    '5. linekeeper doctor',
    `Keep ${SECRETS_FILE} secret, and delete it once the PBX is added.`,
  ].join('\n');
}
