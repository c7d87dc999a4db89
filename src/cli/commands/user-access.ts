import type { Command } from 'commander';
import type { Bind } from '../cli.ts';
import { findUser } from '../lookup.ts';

/** For the day when somebody, or nobody, can log in. */
export function addUserAccess(user: Command, bind: Bind): void {
  user
    .command('reset-2fa <username>')
    .description('take the second factor away from who lost the phone; all logins of the user end')
    .action(
      bind(async ({ api, terminal }, username: string) => {
        const { id } = await findUser(api, username);
        const state = await api.call<{ required: boolean }>('POST', `/users/${id}/reset-second-factor`);
        const next = state.required ? 'a new one is asked for at the next login' : 'the password alone is enough now';
        terminal.result({ username, ...state }, `${username} has no second factor any more; ${next}`);
      }),
    );
}
