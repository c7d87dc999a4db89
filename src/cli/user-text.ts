import type { User, UserSummary } from './api/people-views.ts';
import { fields } from './table.ts';
import { ago } from './words.ts';

/** Everything that is known of a user. */
export function userText(user: User, seen?: UserSummary): string {
  const { groups, roles } = user;
  const ofKind = (kind: string) => listed(groups.filter((group) => group.kind === kind).map(({ name }) => name));
  const labels = groups.filter(({ kind }) => kind !== 'group' && kind !== 'team');
  return fields([
    ['user', `${user.username}  ${nameOf(user)}${user.state === 'active' ? '' : `  (${user.state})`}`],
    ['title', user.title],
    ['type', user.userType],
    ['site', user.site?.name],
    ['e-mail', user.email],
    ['personal contact', user.personalContact],
    ['language', user.language],
    ['time zone', user.timezone],
    ['roles', listed(roles.map(({ name }) => name)) ?? 'none'],
    ['groups', ofKind('group')],
    ['teams', ofKind('team')],
    ['labels', listed(labels.map(({ kind, name }) => `${kind}: ${name}`))],
    ['external ids', listed(user.externalIds.map(({ name, value }) => `${name}=${value}`))],
    ['extensions', listed(user.extensions.map(({ number }) => number))],
    ['password', passwordText(user)],
    ['second factor', user.hasSecondFactor ? 'yes' : 'none'],
    ['telephone PIN', user.hasPhonePin ? 'yes' : 'none'],
    ['last login', ago(user.lastLoginAt)],
    ['last call', seen === undefined ? undefined : ago(seen.lastCallAt)],
    ['last registration', seen === undefined ? undefined : ago(seen.lastRegistrationAt)],
    ['changed', `${ago(user.updatedAt)} (version ${user.version})`],
  ]);
}

export function nameOf({ firstName, lastName }: Pick<User, 'firstName' | 'lastName'>): string {
  return `${firstName} ${lastName}`.trim();
}

function listed(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : names.join(', ');
}

function passwordText({ hasPassword, mustChangePassword }: User): string {
  if (!hasPassword) return 'none';
  return mustChangePassword ? 'must be changed at the next login' : 'yes';
}
