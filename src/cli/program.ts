import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Help } from 'commander';
import { packageRoot } from '../config.ts';
import { addressOf } from './api/address.ts';
import { createApi } from './api/client.ts';
import type { Bind } from './cli.ts';
import { addActivity } from './commands/activity.ts';
import { addBroadcast } from './commands/broadcast.ts';
import { addCall } from './commands/call.ts';
import { addCompany } from './commands/company.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDrift } from './commands/drift.ts';
import { addExtension } from './commands/extension.ts';
import { addGroups } from './commands/group.ts';
import { addHistory } from './commands/history.ts';
import { addImport } from './commands/import.ts';
import { addImports } from './commands/imports.ts';
import { addLive } from './commands/live.ts';
import { addMail } from './commands/mail.ts';
import { addNumber } from './commands/number.ts';
import { addPbx } from './commands/pbx.ts';
import { addPbxAdopt } from './commands/pbx-adopt.ts';
import { addPbxInstall } from './commands/pbx-install.ts';
import { addPlan } from './commands/plan.ts';
import { addRecords } from './commands/records.ts';
import { addRole } from './commands/role.ts';
import { addSync } from './commands/sync.ts';
import { addToken } from './commands/token.ts';
import { addUser } from './commands/user.ts';
import { addUserAccess } from './commands/user-access.ts';
import { addUserLifecycle } from './commands/user-lifecycle.ts';
import { addUserLogin } from './commands/user-login.ts';
import { createTerminal } from './terminal.ts';

export interface Host {
  /** Runs the daemon until it ends; answers the exit code. */
  serve(): Promise<number>;
}

const AFTER_HELP = `
Exit codes: 0 done, 1 refused or wrong use, 2 differences or failed rows found, 3 no daemon answers.
The daemon of this machine is asked through the socket in its data folder (LINEKEEPER_DATA, default ./data); one on
another machine with LINEKEEPER_URL and LINEKEEPER_TOKEN.`;

export interface Program {
  command: Command;
  /** Of the command that ran. */
  exitCode(): number;
}

export function createProgram(host: Host): Program {
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
  addCompany(command, bind);
  const user = addUser(command, bind);
  addUserLogin(user, bind);
  addUserLifecycle(user, bind);
  addUserAccess(user, bind);
  addRole(command, bind);
  addGroups(command, bind);
  addExtension(command, bind);
  addCall(command, bind);
  addNumber(command, bind);
  addImport(command, bind);
  addImports(command, bind);
  addPlan(command, bind);
  addSync(command, bind);
  addDrift(command, bind);
  const pbx = addPbx(command, bind);
  addPbxInstall(pbx, bind);
  addPbxAdopt(pbx, bind);
  addMail(command, bind);
  addBroadcast(command, bind);
  addToken(command, bind);
  addRecords(command, bind);
  addActivity(command, bind);
  addLive(command, bind);
  addHistory(command, bind);
  addDoctor(command, bind);
  for (const one of allOf(command)) one.exitOverride().showSuggestionAfterError();
  return { command, exitCode: () => exitCode };
}

function allOf(command: Command): Command[] {
  return command.commands.flatMap((one) => [one, ...allOf(one)]);
}

function versionOfPackage(): string {
  return (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version;
}
