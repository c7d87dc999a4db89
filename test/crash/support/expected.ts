import { createHash } from 'node:crypto';
import type { Shown } from './doors.ts';
import type { State } from './model.ts';

export interface ExpectedObject {
  ref: string;
  matches(value: string): boolean;
}

type Fields = Record<string, string>;

/** What the PBX must hold of an extension, written down a second time: from the documents, not from the product's code. */
export function expectedOnPbx(slug: string, row: Shown, state: State): ExpectedObject[] {
  const { number, displayName, accounts } = row;
  const objects: ExpectedObject[] = [];
  const json = (ref: string, test: (fields: Fields) => boolean) =>
    objects.push({
      ref,
      matches: (value) => {
        try {
          return test(JSON.parse(value) as Fields);
        } catch {
          return false;
        }
      },
    });
  const context = `lk-${slug}-${String(Number(number.slice(-3)) % 64).padStart(2, '0')}`;
  const mailbox = row.hasMailbox ? `${number}@${context}` : undefined;
  const endpoints = accounts.map(({ ordinal }) => (ordinal === 1 ? number : `${number}-${ordinal}`));
  accounts.forEach(({ ordinal }, index) => {
    const endpoint = endpoints[index] as string;
    const secret = state?.accounts.get(ordinal)?.secret;
    const digest = createHash('md5').update(`${endpoint}:linekeeper:${secret}`).digest('hex');
    json(`auth/${endpoint}`, (a) => a.username === endpoint && (secret === undefined || a.md5_cred === digest));
    json(`aor/${endpoint}`, (a) => a.max_contacts === '1' && a.mailboxes === mailbox);
    json(
      `endpoint/${endpoint}`,
      (e) =>
        e.context === `lk-${slug}` &&
        e.auth === endpoint &&
        e.aors === endpoint &&
        e.callerid === `"${displayName}" <${number}>` &&
        e.mailboxes === mailbox,
    );
  });
  json(
    `extension/${slug}/${number}`,
    (e) => e.accounts === endpoints.join('&') && Number(e.ring ?? 25) === row.ringSeconds && e.mailbox === mailbox,
  );
  if (mailbox !== undefined) {
    objects.push({
      ref: `mailbox/${mailbox}`,
      matches: (line) => {
        const [pin, name] = line.split(',');
        return name === displayName && (state === undefined || pin === state.pin);
      },
    });
  }
  return objects;
}
