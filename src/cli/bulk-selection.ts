import { readFile } from 'node:fs/promises';
import type { Api } from './api/client.ts';
import type { MassAction } from './api/job-views.ts';
import { CliError } from './cli-error.ts';
import { readStandardInput } from './terminal.ts';
import { number } from './words.ts';

export interface SelectionOptions {
  ids?: string;
  usernames?: string;
  numbers?: string;
  idsFrom?: string;
  usernamesFrom?: string;
  numbersFrom?: string;
  filter?: string[];
  q?: string;
  all?: boolean;
}

export type Selection = { ids: string[] } | { filter: Record<string, string> } | { all: true };

/** The most that can be named one by one; the API's own limit. */
const MOST = 10_000;
/** So few are looked up one by one, more by reading the whole list. */
const FEW = 20;

/** How what an action is done to is called, and by which column it is known. */
const NAMES = {
  users: { path: '/users', column: 'username', option: 'usernames' },
  'deleted-users': { path: '/deleted-users', column: 'username', option: 'usernames' },
  extensions: { path: '/extensions', column: 'number', option: 'numbers' },
} as const;

/**
 * What is to be changed, in exactly one of the ways there are to say it.
 *
 * @throws CliError USAGE, NOT_FOUND
 */
export async function selectionOf(
  api: Pick<Api, 'all'>,
  { name: action, on }: Pick<MassAction, 'name' | 'on'>,
  companyId: string,
  options: SelectionOptions,
): Promise<Selection> {
  const { option, path, column } = NAMES[on];
  const other = option === 'usernames' ? 'numbers' : 'usernames';
  if (options[other] !== undefined || options[`${other}From`] !== undefined) {
    throw new CliError('USAGE', `${action} is about ${on.replace('-', ' ')}: name them with --${option}`);
  }
  const filter = filterOf(options);
  const ids = await listed(options.ids, options.idsFrom, 'id');
  const names = await listed(options[option], options[`${option}From`], column);
  const ways = [options.all, filter, ids, names].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    const advice = `One of --all, --filter and --q, --ids, --${option}, or --ids-from and --${option}-from a file ("-": standard input).`;
    throw new CliError('USAGE', ways.length === 0 ? 'say what to do it to' : 'say in one way what to do it to', {
      advice,
    });
  }
  if (options.all === true) return { all: true };
  if (filter !== undefined) return { filter };
  const wanted = ids ?? names ?? [];
  if (wanted.length === 0) throw new CliError('SELECTION_EMPTY', 'nothing is named');
  if (wanted.length > MOST) {
    throw new CliError('USAGE', `${number(wanted.length)} are named, ${number(MOST)} is the most`, {
      advice: 'Choose them by a filter, or put them into a group first.',
    });
  }
  return { ids: ids ?? (await idsOf(api, path, column, companyId, wanted)) };
}

function filterOf({ filter: pairs = [], q }: SelectionOptions): Record<string, string> | undefined {
  if (pairs.length === 0 && q === undefined) return undefined;
  return { ...pairsOf(pairs, '--filter'), ...(q === undefined ? {} : { q }) };
}

/** `name=value` each. */
export function pairsOf(pairs: readonly string[], option: string): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(pair) ?? [];
      if (name === undefined || value === undefined) throw new CliError('USAGE', `${option} ${pair}: write name=value`);
      return [name, value];
    }),
  );
}

/** Names joined by commas, or one a line of a file; undefined: neither was given. */
async function listed(
  text: string | undefined,
  file: string | undefined,
  column: string,
): Promise<string[] | undefined> {
  if (text === undefined && file === undefined) return undefined;
  const inline = text?.split(',') ?? [];
  const content = file === undefined ? '' : await (file === '-' ? readStandardInput() : readFile(file, 'utf8'));
  return namesIn([...inline, ...linesOf(content, column)]);
}

/** The lines of a list; one column of an export, with its header, is a list, too. */
function linesOf(content: string, column: string): string[] {
  const [first = '', ...rest] = content.replace(/^\ufeff/, '').split(/\r?\n/);
  const isHeader = [column, 'extension', 'id'].includes(first.trim().toLowerCase());
  return (isHeader ? rest : [first, ...rest]).filter((line) => !line.startsWith('#'));
}

function namesIn(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))];
}

/** @throws CliError NOT_FOUND with the first names that nobody has */
async function idsOf(
  api: Pick<Api, 'all'>,
  path: string,
  column: string,
  companyId: string,
  names: readonly string[],
): Promise<string[]> {
  type Row = { id: string } & Record<string, string>;
  const pages =
    names.length <= FEW
      ? await Promise.all(names.map((name) => api.all<Row>(path, { companyId, [column]: name })))
      : [await api.all<Row>(path, { companyId, fields: `id,${column}` })];
  const ids = new Map<string, string>();
  // A name may have been deleted twice: the newest comes first, and is meant.
  for (const row of pages.flat()) {
    const name = String(row[column]).toLowerCase();
    if (!ids.has(name)) ids.set(name, row.id);
  }
  const missing = names.filter((name) => !ids.has(name.toLowerCase()));
  if (missing.length > 0) {
    const more = missing.length > 5 ? ` and ${number(missing.length - 5)} more` : '';
    throw new CliError('NOT_FOUND', `not in the company: ${missing.slice(0, 5).join(', ')}${more}`);
  }
  return [...new Set(names.map((name) => ids.get(name.toLowerCase()) as string))];
}
