import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { AMI_LOGINS, amiCredentials } from '../../asterisk/install/logins.ts';
import type { Pbx } from '../api/views.ts';
import type { Bind } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { findPbx } from '../lookup.ts';
import { table } from '../table.ts';
import { count } from '../words.ts';

interface AddOptions {
  host: string;
  port?: number;
  secretsFile: string;
  tls?: boolean;
  wsUrl?: string;
  sipHost?: string;
  sipPort?: number;
  driftPolicy?: string;
}

const SIP_HOST = ['--sip-host <host>', 'where desk phones register; default: the host'] as const;
const SIP_PORT = ['--sip-port <port>', 'default: 5060, with TLS 5061', portOf] as const;

const secretsSchema = z.strictObject({
  events: z.string(),
  query: z.string(),
  sync: z.string(),
  config: z.string(),
  act: z.string().optional(),
});

export function addPbx(program: Command, bind: Bind): Command {
  const pbx = program.command('pbx').description('the Asterisks that are kept in sync');

  pbx
    .command('add <name>')
    .description('keep an Asterisk in sync, on which the files of `pbx install` are')
    .requiredOption('--host <host>', 'where its AMI listens')
    .option('--port <port>', 'default: 5038, with TLS 5039', portOf)
    .requiredOption('--secrets-file <file>', 'as `pbx install` wrote it')
    .option('--tls', 'AMI over TLS')
    .option('--ws-url <url>', 'its WebSocket, for `extension verify`: ws://host:8088/ws')
    .option(...SIP_HOST)
    .option(...SIP_PORT)
    .option('--drift-policy <policy>', 'enforce, report or adopt')
    .action(
      bind(async ({ api, terminal }, name: string, options: AddOptions) => {
        const { host, port, tls, wsUrl, sipHost, sipPort, driftPolicy } = options;
        const logins = amiCredentials(readSecrets(options.secretsFile));
        const body = { name, host, amiPort: port, tls, wsUrl, sipHost, sipPort, driftPolicy, logins };
        const made = await api.call<Pbx>('POST', '/pbxes', { body });
        terminal.result(made, `PBX ${name} added; see whether it can be reached: linekeeper doctor`);
      }),
    );

  pbx
    .command('set <name>')
    .description('change where a PBX is, or the secrets of its logins; only what is named changes')
    .option('--host <host>', 'where its AMI listens')
    .option('--port <port>', 'of its AMI', portOf)
    .option('--secrets-file <file>', 'as `pbx install` wrote it')
    .option('--ws-url <url>', 'its WebSocket')
    .option(...SIP_HOST)
    .option(...SIP_PORT)
    .option('--drift-policy <policy>', 'enforce, report or adopt')
    .action(
      bind(async ({ api, terminal }, name: string, options: Partial<AddOptions>) => {
        const { host, port, wsUrl, sipHost, sipPort, driftPolicy, secretsFile } = options;
        const logins = secretsFile === undefined ? undefined : amiCredentials(readSecrets(secretsFile));
        const body = { host, amiPort: port, wsUrl, sipHost, sipPort, driftPolicy, logins };
        if (Object.values(body).every((value) => value === undefined)) {
          throw new CliError('NOTHING_TO_CHANGE', 'say what to change', { advice: 'Such as --secrets-file FILE.' });
        }
        const { id } = await findPbx(api, name);
        const changed = await api.call<Pbx>('PATCH', `/pbxes/${id}`, { body });
        terminal.result(changed, `PBX ${name} changed; see whether it can be reached: linekeeper doctor`);
      }),
    );

  pbx
    .command('list')
    .description('list PBXs')
    .action(
      bind(async ({ api, terminal }) => {
        const all = await api.all<Pbx>('/pbxes');
        const rows = all.map((one) => [
          one.name,
          `${one.host}:${one.amiPort}${one.tls ? ' TLS' : ''}`,
          one.wsUrl ?? '',
          one.driftPolicy,
          String(one.counts.companies),
          one.enabled ? '' : 'disabled',
        ]);
        terminal.result(all, table(['name', 'ami', 'websocket', 'drift policy', 'companies', ''], rows));
      }),
    );

  pbx
    .command('remove <name>')
    .description('forget a PBX without companies; what stands on it stays')
    .action(
      bind(async ({ api, terminal }, name: string) => {
        const { id, counts } = await findPbx(api, name);
        if (counts.companies > 0) {
          throw new CliError('PBX_IN_USE', `${name} still has ${count(counts.companies, 'company', 'companies')}`);
        }
        await api.call('DELETE', `/pbxes/${id}`);
        terminal.result({ removed: name }, `PBX ${name} removed`);
      }),
    );
  return pbx;
}

function readSecrets(file: string): z.infer<typeof secretsSchema> {
  try {
    return secretsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined && !(error instanceof z.ZodError)) throw error;
    const advice = 'Such a file is written by `linekeeper pbx install --out DIR`.';
    throw new CliError('SECRETS_FILE_INVALID', `${file} must hold JSON with ${AMI_LOGINS.join(', ')}`, { advice });
  }
}

function portOf(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('It must be a port from 1 to 65535.');
  return port;
}
