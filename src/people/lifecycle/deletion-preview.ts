import type { DeleteOptions } from '../../domain/lifecycle.ts';
import type { Deletion, ForwardField } from '../../store/deletion.ts';
import type { LifecycleUser } from '../../store/lifecycle.ts';
import { counted, verb } from './words.ts';

const FIELD_WORDS: Record<ForwardField, string> = {
  forwardAlways: 'always',
  forwardBusy: 'when busy',
  forwardNoAnswer: 'when nobody answers',
  suspendedForward: 'while its user is disabled',
};

/** Exactly what the deletion will touch, as data and in words. Pure. */
export function previewOf(user: LifecycleUser, deletion: Deletion, options: DeleteOptions, restoreDays: number) {
  const preview = touchedBy(user, deletion, options, restoreDays);
  return { ...preview, sentences: sentencesOf(preview, user) };
}

function touchedBy(user: LifecycleUser, deletion: Deletion, options: DeleteOptions, restoreDays: number) {
  const isGoing = options.extensions === 'delete';
  const numbers = isGoing ? deletion.numbers : [];
  const becomes = deletion.quarantineDays > 0 ? 'quarantined' : 'spare';
  return {
    user: { id: user.id, username: user.username, state: user.state },
    options,
    extensions: deletion.extensions.map(({ id, number, displayName, accounts, hasMailbox }) => ({
      id,
      number,
      displayName,
      becomes: isGoing ? ('deleted' as const) : ('unowned' as const),
      endpoints: user.extensions.find((one) => one.id === id)?.endpoints ?? [],
      accounts,
      mailbox: hasMailbox,
    })),
    numbers: numbers.map(({ id, e164, extension }) => ({ id, e164, extension, becomes })),
    groups: deletion.groups,
    roles: deletion.roles,
    externalIds: deletion.externalIds,
    forwards: isGoing
      ? deletion.forwards.map(({ extensionId, number, field, target }) => ({ extensionId, number, field, target }))
      : [],
    scheduledActions: deletion.scheduled,
    sessions: user.sessions,
    tokens: user.tokens,
    openLinks: user.links,
    restoreDays,
  };
}

type Preview = ReturnType<typeof touchedBy>;

function sentencesOf(preview: Preview, user: LifecycleUser): string[] {
  const { numbers, groups, roles, externalIds, forwards, scheduledActions, sessions, tokens, openLinks } = preview;
  const foreign = roles.filter(({ companyId }) => companyId !== user.companyId);
  const say = (n: number, sentence: string) => (n === 0 ? [] : [sentence]);
  const becomes = numbers[0]?.becomes ?? 'quarantined';
  return [
    ...say(sessions, `${counted(sessions, 'session')} ${verb(sessions, 'ends', 'end')}`),
    ...say(tokens, `${counted(tokens, 'API token')} ${verb(tokens, 'is', 'are')} revoked`),
    ...say(openLinks, `${counted(openLinks, 'open link')} ${verb(openLinks, 'stops', 'stop')} working`),
    ...extensionSentences(preview),
    ...say(
      numbers.length,
      `${counted(numbers.length, 'number')} ${verb(numbers.length, 'becomes', 'become')} ${becomes}`,
    ),
    ...forwards.map(({ number, field }) => `forward target of ${number} (${FIELD_WORDS[field]}), which is cleared`),
    ...say(groups.length, `member of ${counted(groups.length, 'group')}`),
    ...say(
      roles.length - foreign.length,
      `${counted(roles.length - foreign.length, 'role')} ${verb(roles.length - foreign.length, 'is', 'are')} taken away`,
    ),
    ...foreign.map(({ name, company }) => `the role ${name} in ${company} is taken away`),
    ...say(
      externalIds.length,
      `${counted(externalIds.length, 'external id')} ${verb(externalIds.length, 'is', 'are')} released`,
    ),
    ...say(
      scheduledActions.length,
      `${counted(scheduledActions.length, 'scheduled action')} ${verb(scheduledActions.length, 'is', 'are')} dropped`,
    ),
    preview.restoreDays > 0 ? `can be restored for ${counted(preview.restoreDays, 'day')}` : 'cannot be restored',
  ];
}

function extensionSentences({ extensions, options }: Preview): string[] {
  const names = extensions.map(({ number }) => number).join(', ');
  const n = extensions.length;
  if (n === 0) return [];
  if (options.extensions === 'keep') {
    const stays = `${counted(n, 'extension')} (${names}) ${verb(n, 'stays', 'stay')} without a user`;
    return [`${stays}, with the same SIP secrets: rotate them if he knows them`];
  }
  const accounts = extensions.reduce((sum, one) => sum + one.accounts, 0);
  const mailboxes = extensions.filter(({ mailbox }) => mailbox).length;
  return [
    `${counted(n, 'extension')} (${names}) ${verb(n, 'is', 'are')} deleted`,
    `${counted(accounts, 'SIP account')} ${verb(accounts, 'is', 'are')} removed`,
    ...(mailboxes === 0
      ? []
      : [
          `${counted(mailboxes, 'mailbox', 'mailboxes')} ${verb(mailboxes, 'is', 'are')} deleted; messages stay on the PBX's disk`,
        ]),
    options.calls === 'end' ? 'calls that are up are ended' : 'calls that are up go on until they end',
  ];
}
