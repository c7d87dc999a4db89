import type { Command } from 'commander';
import { actionExit, kickedText } from '../action-text.ts';
import type { Kicked } from '../api/action-views.ts';
import type { Bind } from '../cli.ts';
import { findUser } from '../lookup.ts';
import { syncExit } from '../sync-words.ts';

interface KickOptions {
  keepSessions?: boolean;
  keepRegistrations?: boolean;
  keepCalls?: boolean;
  tokens?: boolean;
  rotate?: boolean;
}

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
  user
    .command('kick <username>')
    .description('end what a user has running: logins, registrations, calls; he may come back')
    .option('--keep-sessions', 'leave the logins')
    .option('--keep-registrations', 'leave the phones')
    .option('--keep-calls', 'leave the calls')
    .option('--tokens', 'also delete the API tokens of his own')
    .option('--rotate', 'also give all his SIP accounts new secrets, shown once')
    .action(
      bind(async ({ api, terminal }, username: string, options: KickOptions) => {
        const { id } = await findUser(api, username);
        const body = {
          sessions: options.keepSessions !== true,
          registrations: options.keepRegistrations !== true,
          calls: options.keepCalls !== true,
          tokens: options.tokens === true,
          rotateSecrets: options.rotate === true,
        };
        const done = await api.call<Kicked>('POST', `/users/${id}/kick`, { body });
        terminal.result(done, kickedText(username, done));
        const { sessions, tokens, registrations, calls, secrets } = done;
        if (secrets !== null && secrets.sync.state !== 'synced') return syncExit(secrets.sync);
        return actionExit(sessions, tokens, registrations, calls);
      }),
    );
}
