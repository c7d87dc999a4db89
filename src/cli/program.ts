import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Help } from 'commander';
import { packageRoot } from '../environment.ts';
import { addressOf } from './api/address.ts';
import { createApi } from './api/client.ts';
import type { Bind } from './cli.ts';
import { type AddCommand, COMMANDS } from './command-table.ts';
import { createTerminal } from './terminal.ts';

export interface Host {
  /** Runs the daemon until it ends; answers the exit code. */
  serve(): Promise<number>;
}

const AFTER_HELP = `
Exit codes: 0 done, 1 refused or wrong use, 2 differences or failed rows found, 3 no daemon answers, 130 Ctrl-C.
The daemon of this machine is asked through the socket in its data folder (LINEKEEPER_DATA, default ./data); one on
another machine with LINEKEEPER_URL and LINEKEEPER_TOKEN.`;

export interface Program {
  command: Command;
  /** Of the command that ran. */
  exitCode(): number;
}

/** `argv` as of a process: only what it asks for is loaded, which is most of a command's time. */
export async function createProgram(host: Host, argv: readonly string[]): Promise<Program> {
  let exitCode = 0;
  const command = new Command('linekeeper')
    .description('Keeps an Asterisk PBX in step with the people who use it.')
    .version(versionOfPackage())
    .option('--json', 'print JSON')
    .configureHelp({ sortSubcommands: false, subcommandTerm: (sub) => new Help().subcommandTerm(sub).split(' [')[0]! })
    .showSuggestionAfterError()
    .addHelpText('after', AFTER_HELP)
    .exitOverride();
  const bind: Bind =
    (work) =>
    async (...args) => {
      const terminal = createTerminal({ isJson: command.opts<{ json?: boolean }>().json === true });
      // Made at first use: some commands need no daemon.
      let api: ReturnType<typeof createApi> | undefined;
      const cli = {
        terminal,
        get api() {
          api ??= createApi(addressOf());
          return api;
        },
      };
      exitCode = (await work(cli, ...args)) ?? 0;
    };

  command
    .command('serve')
    .description('run the daemon')
    .action(async () => {
      exitCode = await host.serve();
    });
  for (const add of wanted(argv)) await add(command, bind);
  for (const one of allOf(command)) one.exitOverride().showSuggestionAfterError();
  return { command, exitCode: () => exitCode };
}

/** The command that the first word names. Help, and a word that is none, need all of them. */
function wanted([, , ...words]: readonly string[]): Iterable<AddCommand> {
  const name = words.find((word) => !word.startsWith('-')) ?? '';
  if (name === 'serve') return [];
  const one = COMMANDS.get(name);
  return one === undefined ? new Set(COMMANDS.values()) : [one];
}

function allOf(command: Command): Command[] {
  return command.commands.flatMap((one) => [one, ...allOf(one)]);
}

function versionOfPackage(): string {
  return (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version;
}
