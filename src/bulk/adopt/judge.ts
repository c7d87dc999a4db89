import { extensionsOfAsterisk, unreadSettings } from '../formats/asterisk-config.ts';
import type { ConfigCategory } from '../formats/asterisk-ini.ts';
import type { Draft } from '../formats/format.ts';
import { type JudgedEndpoint, type Obstacle, type PbxFiles, PjsipSection, type SectionName } from './endpoint.ts';
import { obstaclesOf } from './obstacles.ts';

/** Every endpoint of the PBX's own, by name: what it would be here, and why it could not be. Pure. */
export function judgeEndpoints(files: PbxFiles): JudgedEndpoint[] {
  const categories = files.pjsip.filter(({ isTemplate }) => isTemplate !== true);
  const ofType = (type: string) => categories.filter((one) => typeOf(one) === type);
  const sectionsOf = (type: string) => new Map(ofType(type).map((one) => [one.category, new PjsipSection(one)]));
  const auths = sectionsOf('auth');
  const aors = sectionsOf('aor');
  const identified = new Set([...sectionsOf('identify').values()].map((section) => section.last('endpoint')));
  const endpoints = ofType('endpoint');
  const drafts = draftsOf(files, endpoints, [...ofType('auth'), ...ofType('aor')]);
  const repeated = repeatedAmong(endpoints.map(({ category }) => category));
  const seen = new Set(endpoints.map(({ category }) => category));
  const judged = endpoints.map((category, place): JudgedEndpoint => {
    const endpoint = new PjsipSection(category);
    const obstacles = obstaclesOf({ endpoint, auths, aors, identified });
    if (repeated.has(endpoint.name)) obstacles.push({ code: 'REPEATED', message: 'it stands in the file twice' });
    return judge(endpoint, drafts.get(place), obstacles, { auths, aors });
  });
  for (const { category, isTemplate } of files.wizards) {
    if (isTemplate === true || seen.has(category)) continue;
    seen.add(category);
    const obstacle: Obstacle = { code: 'WIZARD', message: 'it is made by a wizard (pjsip_wizard.conf)' };
    judged.push({ name: category, cells: new Map(), obstacles: [obstacle], notes: [], sections: [] });
  }
  return judged.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function repeatedAmong(names: readonly string[]): Set<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.has(name) || !seen.add(name)));
}

function typeOf({ variables }: ConfigCategory): string | undefined {
  return variables.findLast(([name]) => name.toLowerCase() === 'type')?.[1].toLowerCase();
}

/** By the place of the endpoint: its line, when nothing else has one. */
function draftsOf(files: PbxFiles, endpoints: ConfigCategory[], others: ConfigCategory[]): Map<number, Draft> {
  const placed = endpoints.map((one, place) => ({ ...one, line: place + 1 }));
  const mailboxes = files.voicemail.filter((one) => typeOf(one) === undefined);
  const { rows } = extensionsOfAsterisk([...placed, ...others, ...mailboxes]);
  return new Map(rows.filter(({ line }) => line > 0).map(({ line, draft }) => [line - 1, draft]));
}

function judge(
  endpoint: PjsipSection,
  draft: Draft | undefined,
  obstacles: Obstacle[],
  files: { auths: Map<string, PjsipSection>; aors: Map<string, PjsipSection> },
): JudgedEndpoint {
  const { name } = endpoint;
  const sections: SectionName[] = [{ file: 'pjsip.conf', name, type: 'endpoint' }];
  if (draft === undefined || draft.isSkipped) {
    return { name, cells: new Map(), obstacles, notes: [], sections };
  }
  const auth = files.auths.get(endpoint.list('auth')[0] ?? '');
  const aor = files.aors.get(name);
  if (auth !== undefined) sections.push({ file: 'pjsip.conf', name: auth.name, type: 'auth' });
  if (aor !== undefined) sections.push({ file: 'pjsip.conf', name, type: 'aor' });
  const notes = draft.notes.map(({ column, message }) => ({ setting: column, message }));
  for (const [type, section] of Object.entries({ endpoint, auth, aor })) {
    for (const setting of section === undefined ? [] : unreadSettings(type, section.names)) {
      notes.push({ setting, message: 'is not kept' });
    }
  }
  if (draft.cells.get('mailbox') === 'yes') {
    const named = [...endpoint.list('mailboxes'), ...(aor?.list('mailboxes') ?? [])];
    const address = named.find((one) => one.startsWith(`${name}@`)) ?? `${name}@default`;
    sections.push({ file: 'voicemail.conf', name: address, type: 'mailbox' });
    const message = 'its messages and greetings stay in the old mailbox: they cannot be moved over AMI';
    notes.push({ setting: 'mailbox', message });
  }
  return { name, cells: draft.cells, obstacles, notes, sections };
}
