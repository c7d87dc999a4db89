import type { Command } from 'commander';
import type { Bind } from './cli.ts';

export type AddCommand = (program: Command, bind: Bind) => Promise<unknown>;

const groups: AddCommand = async (...to) => (await import('./commands/group.ts')).addGroups(...to);

/** By the first word of a command line, in the order of the help. A module is loaded when its command is asked for. */
export const COMMANDS: ReadonlyMap<string, AddCommand> = new Map<string, AddCommand>([
  ['company', async (...to) => (await import('./commands/company.ts')).addCompany(...to)],
  [
    'user',
    async (program, bind) => {
      const user = (await import('./commands/user.ts')).addUser(program, bind);
      (await import('./commands/user-login.ts')).addUserLogin(user, bind);
      (await import('./commands/user-lifecycle.ts')).addUserLifecycle(user, bind);
      (await import('./commands/user-access.ts')).addUserAccess(user, bind);
    },
  ],
  ['role', async (...to) => (await import('./commands/role.ts')).addRole(...to)],
  ['group', groups],
  ['team', groups],
  ['label', groups],
  ['extension', async (...to) => (await import('./commands/extension.ts')).addExtension(...to)],
  ['call', async (...to) => (await import('./commands/call.ts')).addCall(...to)],
  [
    'phone',
    async (program, bind) => {
      const phone = (await import('./commands/phone.ts')).addPhone(program, bind);
      (await import('./commands/phone-setup.ts')).addPhoneSetup(phone, bind);
      (await import('./commands/phone-notify.ts')).addPhoneNotify(phone, bind);
      (await import('./commands/phone-ways.ts')).addPhoneWays(phone, bind);
    },
  ],
  ['number', async (...to) => (await import('./commands/number.ts')).addNumber(...to)],
  ['import', async (...to) => (await import('./commands/import.ts')).addImport(...to)],
  ['imports', async (...to) => (await import('./commands/imports.ts')).addImports(...to)],
  ['export', async (...to) => (await import('./commands/export.ts')).addExport(...to)],
  ['bulk', async (...to) => (await import('./commands/bulk.ts')).addBulk(...to)],
  ['jobs', async (...to) => (await import('./commands/jobs.ts')).addJobs(...to)],
  ['plan', async (...to) => (await import('./commands/plan.ts')).addPlan(...to)],
  ['sync', async (...to) => (await import('./commands/sync.ts')).addSync(...to)],
  ['drift', async (...to) => (await import('./commands/drift.ts')).addDrift(...to)],
  [
    'pbx',
    async (program, bind) => {
      const pbx = (await import('./commands/pbx.ts')).addPbx(program, bind);
      (await import('./commands/pbx-install.ts')).addPbxInstall(pbx, bind);
      (await import('./commands/pbx-adopt.ts')).addPbxAdopt(pbx, bind);
    },
  ],
  ['mail', async (...to) => (await import('./commands/mail.ts')).addMail(...to)],
  ['broadcast', async (...to) => (await import('./commands/broadcast.ts')).addBroadcast(...to)],
  ['token', async (...to) => (await import('./commands/token.ts')).addToken(...to)],
  ['records', async (...to) => (await import('./commands/records.ts')).addRecords(...to)],
  ['activity', async (...to) => (await import('./commands/activity.ts')).addActivity(...to)],
  ['live', async (...to) => (await import('./commands/live.ts')).addLive(...to)],
  ['history', async (...to) => (await import('./commands/history.ts')).addHistory(...to)],
  ['doctor', async (...to) => (await import('./commands/doctor.ts')).addDoctor(...to)],
]);
