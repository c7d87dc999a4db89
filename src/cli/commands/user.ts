import type { Command } from 'commander';
import type { User, UserSummary } from '../api/people-views.ts';
import type { Bind } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { credentialsText } from '../extension-text.ts';
import { findCompany, findUser } from '../lookup.ts';
import { table } from '../table.ts';
import { addUserOptions, type UserOptions, userBody } from '../user-options.ts';
import { nameOf, userText } from '../user-text.ts';

interface InCompany {
  company?: string;
}
interface ListOptions extends InCompany {
  state?: string;
  type?: string;
  externalId?: string;
  search?: string;
}
interface SetOptions extends UserOptions {
  username?: string;
}
interface DuplicateOptions {
  firstName: string;
  lastName: string;
  email?: string;
  extension?: string | true;
}

const COMPANY_OPTION = ['--company <slug>', 'may be left out when it is clear'] as const;

/** Answers the command, so that others can add to it. */
export function addUser(program: Command, bind: Bind): Command {
  const user = program.command('user').description('people with an account');

  addUserOptions(user.command('create <username>'), { isNew: true })
    .description('create a user')
    .option(...COMPANY_OPTION)
    .action(
      bind(async ({ api, terminal }, username: string, options: UserOptions & InCompany) => {
        const companyId = (await findCompany(api, options.company)).id;
        const body = { ...(await userBody(api, companyId, options)), companyId, username };
        const query = { allowWeakPins: options.allowWeakPin };
        const made = await api.call<User>('POST', '/users', { body, query });
        terminal.result(made, `user ${made.username} created`);
      }),
    );

  user
    .command('list')
    .description('list users')
    .option('--state <state>', 'invited, active, disabled or locked')
    .option('--type <type>', "one of the company's user types")
    .option('--external-id <value>', 'id in another system')
    .option('--search <text>', 'in names, e-mail addresses and external ids')
    .option(...COMPANY_OPTION)
    .action(
      bind(async ({ api, terminal }, { company, state, type, externalId, search }: ListOptions) => {
        const companyId = company === undefined ? undefined : (await findCompany(api, company)).id;
        const all = await api.all<User>('/users', { companyId, state, userType: type, externalId, q: search });
        const rows = all.map((one) => [
          one.username,
          nameOf(one),
          one.email ?? '',
          one.extensions.map(({ number }) => number).join(' '),
          one.roles.map(({ name }) => name).join(', '),
          one.state,
        ]);
        terminal.result(all, table(['user', 'name', 'e-mail', 'extensions', 'roles', 'state'], rows));
      }),
    );

  user
    .command('show <username>')
    .description('everything of a user')
    .action(
      bind(async ({ api, terminal }, username: string) => {
        const found = await findUser(api, username);
        const seen = await api.call<UserSummary>('GET', `/users/${found.id}/summary`);
        terminal.result(found, userText(found, seen));
      }),
    );

  addUserOptions(user.command('set <username>'), { isNew: false })
    .description('change a user')
    .option('--username <name>', 'the new user name')
    .action(
      bind(async ({ api, terminal }, name: string, { username, ...options }: SetOptions) => {
        const { id, companyId } = await findUser(api, name);
        const body = { ...(await userBody(api, companyId, options)), ...(username === undefined ? {} : { username }) };
        if (Object.keys(body).length === 0) {
          throw new CliError('NOTHING_TO_CHANGE', 'say what to change', {
            advice: 'Such as --title "Head of Sales"; `linekeeper user set --help` lists everything.',
          });
        }
        const query = { allowWeakPins: options.allowWeakPin };
        const changed = await api.call<User>('PATCH', `/users/${id}`, { body, query });
        terminal.result(changed, `user ${changed.username} changed`);
      }),
    );

  user
    .command('duplicate <username> <new-username>')
    .description('create a user like another, without anything secret')
    .requiredOption('--first-name <name>')
    .requiredOption('--last-name <name>')
    .option('--email <address>')
    .option('--extension [number]', "with an extension like the first user's; without a number, the next free one")
    .action(
      bind(async ({ api, terminal }, name: string, username: string, options: DuplicateOptions) => {
        const { id } = await findUser(api, name);
        const { firstName, lastName, email } = options;
        const extension = options.extension === true ? 'next' : options.extension;
        const body = { username, firstName, lastName, email, extension };
        const made = await api.call<User>('POST', `/users/${id}/duplicate`, { body });
        const number = made.extensions[0]?.number;
        const text = `user ${made.username} created like ${name}${number === undefined ? '' : `, extension ${number}`}`;
        const shownOnce = credentialsText({ credentials: made.credentials ?? {}, accounts: [] });
        terminal.result(made, made.credentials === undefined ? text : `${text}\n${shownOnce}`);
      }),
    );
  return user;
}
