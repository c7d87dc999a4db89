import { readFileSync } from 'node:fs';
import t from 'tap';
import { generateAmiSecrets } from '../../src/asterisk/install/logins.ts';
import { renderInstall } from '../../src/asterisk/install/render.ts';
import { canonicalTimezone, TIMEZONES, timezoneSchema } from '../../src/domain/timezone.ts';
import { mailboxLine } from '../../src/plan/mailbox-line.ts';

const TABLE: [sentence: string, given: string, name: string | undefined][] = [
  ['a zone has its name', 'Europe/Berlin', 'Europe/Berlin'],
  ['a name of three parts', 'America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ['UTC', 'UTC', 'UTC'],
  ['other names of UTC', 'Etc/UTC', 'UTC'],
  ['GMT is UTC', 'GMT', 'UTC'],
  ['lower case', 'europe/berlin', 'Europe/Berlin'],
  ['the name of today', 'Asia/Kolkata', 'Asia/Kolkata'],
  ['the name of yesterday', 'Asia/Calcutta', 'Asia/Kolkata'],
  ['the name of yesterday in lower case', 'europe/kiev', 'Europe/Kyiv'],
  ['the short name of a country', 'US/Eastern', 'America/New_York'],
  ['an offset that is a zone', 'Etc/GMT+5', 'Etc/GMT+5'],
  ['an offset that is none', '+01:00', undefined],
  ['no zone on Earth', 'Mars/Base', undefined],
  ['a zone that Intl takes and no PBX knows', 'SystemV/AST4', undefined],
  ['options behind a zone', 'UTC|emailbody=x', undefined],
  ['nothing', '', undefined],
];
for (const [sentence, given, name] of TABLE) {
  t.test(sentence, async (t) => {
    t.equal(canonicalTimezone(given), name);
    const parsed = timezoneSchema.safeParse(given);
    if (name === undefined) t.match(parsed.error?.issues, [{ params: { code: 'TIMEZONE_UNKNOWN' } }]);
    else t.equal(parsed.data, name);
  });
}

t.test('every zone that is accepted, under whatever name, is declared on the PBX', async (t) => {
  const file = renderInstall({ secrets: generateAmiSecrets(), permit: [] }).find(
    ({ path }) => path === 'linekeeper-voicemail.conf',
  );
  const section = /^\[zonemessages\]\n([\s\S]*?)\n\n/.exec(file?.content ?? '')?.[1] ?? '';
  const declared = new Map(section.split('\n').map((line) => [line.split('=')[0], line.split('=')[1]?.split('|')[0]]));
  t.same([...declared.keys()], TIMEZONES);
  t.same([...declared.values()], TIMEZONES, 'each by its own file');
  const names = [...namesOfIana(), ...Intl.supportedValuesOf('timeZone')];
  t.ok(names.length > 900);
  const refused: string[] = [];
  for (const name of names) {
    const zone = canonicalTimezone(name);
    if (zone === undefined) refused.push(name);
    else if (!declared.has(zone)) t.fail(`${name} is accepted as ${zone}, which is not declared`);
  }
  t.same(refused, ['Factory'], 'only what means "not set" is none');
  for (const zone of TIMEZONES) if (canonicalTimezone(zone.toLowerCase()) !== zone) t.fail(`${zone} has two names`);
});

t.test('a mailbox that was stored under an older name is written under the present one', async (t) => {
  const mailbox = { pin: '4711', name: 'Ann', email: null, attach: false, deleteAfterMail: false };
  t.match(mailboxLine({ ...mailbox, timezone: 'Asia/Calcutta' }), /tz=Asia\/Kolkata$/);
});

/** All zones and links of the tz database, as this machine has it. */
function namesOfIana(): string[] {
  const lines = readFileSync('/usr/share/zoneinfo/tzdata.zi', 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [kind, first, second] = line.split(' ');
    return kind === 'Z' ? [first ?? ''] : kind === 'L' ? [second ?? ''] : [];
  });
}
