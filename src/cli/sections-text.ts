import type { ForeignEndpoint } from './api/views.ts';

/** What an operator has to take out of which file now; nothing when nothing waits for it. */
export function sectionsText(endpoints: readonly ForeignEndpoint[]): string[] {
  const sections = endpoints.flatMap((one) => (one.state === 'waiting' ? one.sections : []));
  const inPjsip = sections.filter(({ file }) => file === 'pjsip.conf');
  if (inPjsip.length === 0) return [];
  const lines = [
    'now take these sections out of pjsip.conf, or of the file that it includes:',
    ...inPjsip.map(({ name, type }) => `  [${name}] type=${type}`),
    'then `pjsip reload` (module reload res_pjsip.so) makes it final',
  ];
  const mailboxes = sections.filter(({ type }) => type === 'mailbox').map(({ name }) => name);
  if (mailboxes.length > 0) {
    lines.push(
      `messages and greetings stay in the old mailboxes (${mailboxes.join(', ')}): keep them in voicemail.conf until they were heard`,
    );
  }
  return lines;
}
