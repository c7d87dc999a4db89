import type { Command } from 'commander';
import type { TopicName } from '../../feed-client/index.ts';
import { addressOf } from '../api/address.ts';
import type { Company } from '../api/views.ts';
import type { Bind, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { connectFeed, type LiveQuery, present } from '../live/connect.ts';
import { follow } from '../live/follow.ts';
import { printLines } from '../live/json-lines.ts';
import { renderOnce } from '../live/render.ts';
import { findCompany, findExtension } from '../lookup.ts';

interface LiveOptions {
  company?: string;
  extension?: string;
  topic?: string[];
  once?: boolean;
}

export function addLive(program: Command, bind: Bind): void {
  program
    .command('live')
    .description('calls and registrations as they change, on the whole terminal; q ends it')
    .option('--company <slug>')
    .option('--extension <number>', 'what concerns this one')
    .option('--once', 'print what is so now, and end')
    .option('--topic <name>', 'what --json prints; may be repeated (default: calls, registrations)', collect)
    .addHelpText('after', '\nWith --json, or where no terminal is: one line of JSON for each event (docs/feed.md).')
    .action(bind(live));
}

async function live(cli: Cli, options: LiveOptions): Promise<void> {
  const { terminal } = cli;
  const topics = await topicsOf(options.topic ?? ['calls', 'registrations']);
  const companies = await companiesOf(cli);
  const query = await queryOf(cli, options);
  const address = await addressOf();
  const connect = (onState: (away: string | undefined) => void) => connectFeed(address, onState);
  if (options.once === true) {
    const connection = connect((away) => {
      if (away !== undefined) connection.refuse({ code: 'DAEMON_UNREACHABLE', detail: `no feed: ${away}` });
    });
    try {
      return await Promise.race([printOnce(cli, companies, query, connection), connection.failed]);
    } finally {
      connection.feed.close();
    }
  }
  const { stdin: input, stdout: output } = process;
  if (terminal.isJson || options.topic !== undefined || output.isTTY !== true) {
    const connection = connect((away) => {
      if (away !== undefined) terminal.note(`not connected: ${away}`);
    });
    const print = (line: string) => void output.write(`${line}\n`);
    try {
      return await printLines(connection, topics, query, print);
    } finally {
      connection.feed.close();
    }
  }
  await follow({ input, output, style: terminal.style, companyOf: namesOf(companies), query, connect });
}

async function printOnce(
  { terminal }: Cli,
  companies: readonly Company[],
  query: LiveQuery,
  connection: ReturnType<typeof connectFeed>,
): Promise<void> {
  const { companyId } = query;
  const [calls, registrations, pbxes] = await Promise.all([
    present(connection, 'calls', query, true),
    present(connection, 'registrations', query, true),
    present(connection, 'sync', companyId === undefined ? {} : { companyId }, false),
  ]);
  const nothing = { ended: new Map(), news: [], away: undefined, tab: 'calls' as const, filter: '', isTyping: false };
  const view = { ...nothing, calls, registrations, pbxes, companyOf: namesOf(companies) };
  const all = { calls: [...calls.values()], registrations: [...registrations.values()], sync: [...pbxes.values()] };
  terminal.result(all, renderOnce(view, Date.now()));
}

/** Whoever may see calls and nothing else does without names. */
async function companiesOf({ api }: Cli): Promise<Company[]> {
  try {
    return await api.all<Company>('/companies');
  } catch (error) {
    if (error instanceof CliError && error.code === 'FORBIDDEN') return [];
    throw error;
  }
}

function namesOf(companies: readonly Company[]): (id: string) => string {
  const names = new Map(companies.map(({ id, slug }) => [id, slug]));
  return (id) => names.get(id) ?? '?';
}

async function queryOf({ api }: Cli, { company, extension }: LiveOptions): Promise<LiveQuery> {
  if (extension !== undefined) {
    const { id, companyId } = await findExtension(api, extension, company);
    return { companyId, filter: { extensionIds: [id] } };
  }
  return company === undefined ? {} : { companyId: (await findCompany(api, company)).id };
}

/** The list is read when it is asked for: it brings every schema of the feed along. */
async function topicsOf(names: readonly string[]): Promise<TopicName[]> {
  const { TOPIC_NAMES } = await import('../../domain/feed/topics.ts');
  const unknown = names.find((name) => !TOPIC_NAMES.includes(name as TopicName));
  if (unknown === undefined) return [...names] as TopicName[];
  throw new CliError('TOPIC_UNKNOWN', `there is no topic ${unknown}`, { advice: `Topics: ${TOPIC_NAMES.join(', ')}` });
}

function collect(name: string, before: string[] = []): string[] {
  return [...before, name];
}
