import { type Command, InvalidArgumentError, Option } from 'commander';
import type { LiveCall } from '../../domain/feed/call.ts';
import type { Ended, TestCall, Transfer } from '../api/action-views.ts';
import type { Bind } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { findCompany, findExtension } from '../lookup.ts';
import { table } from '../table.ts';
import { ago, count } from '../words.ts';

/** `call list|hangup|transfer|test`: what is up now, and what is done to it. */
export function addCall(program: Command, bind: Bind): void {
  const call = program.command('call').description('calls that are up');

  call
    .command('list')
    .description('calls that are up, with the ids that the others take')
    .option('--company <slug>', 'only of this one')
    .action(
      bind(async ({ api, terminal }, options: { company?: string }) => {
        const companyId = options.company === undefined ? undefined : (await findCompany(api, options.company)).id;
        const { items } = await api.call<{ items: LiveCall[] }>('GET', '/calls', { query: { companyId } });
        const rows = items.map((one) => [
          one.id,
          one.direction,
          nameOf(one.from),
          nameOf(one.to),
          one.state,
          ago(one.answeredAt ?? one.startedAt),
        ]);
        terminal.result(items, table(['id', 'direction', 'from', 'to', 'state', 'since'], rows));
      }),
    );

  call
    .command('hangup <id>')
    .description('end a call on all sides')
    .action(
      bind(async ({ api, terminal }, id: string) => {
        const ended = await api.call<Ended>('POST', `/calls/${encodeURIComponent(id)}/hangup`);
        const still = ended.stillUp === 0 ? '' : `; ${ended.stillUp} still up`;
        terminal.result(ended, `${count(ended.ended, 'channel')} hung up${still}`);
        return ended.stillUp === 0 ? EXIT.ok : EXIT.differences;
      }),
    );

  call
    .command('transfer <id> <to>')
    .description('hand a call to an extension or a number in E.164, and see who rings')
    .addOption(new Option('--keep <party>', 'who goes on; default: the party outside').choices(['caller', 'callee']))
    .action(
      bind(async ({ api, terminal }, id: string, to: string, options: { keep?: string }) => {
        const body = { to, keep: options.keep };
        const done = await api.call<Transfer>('POST', `/calls/${encodeURIComponent(id)}/transfer`, { body });
        terminal.result(done, `${done.kept} to ${to}: ${TRANSFERRED[done.state] ?? done.state}`);
        return done.state === 'ended' ? EXIT.differences : EXIT.ok;
      }),
    );

  call
    .command('test <number>')
    .description('ring the phones of an extension and say what became of it')
    .option('--ring <seconds>', 'how long, 5 to 60', secondsOf, 20)
    .option('--company <slug>', 'may be left out when it is clear')
    .action(
      bind(async ({ api, terminal }, number: string, options: { company?: string; ring: number }) => {
        const { id } = await findExtension(api, number, options.company);
        const body = { ringSeconds: options.ring };
        const tested = await api.call<TestCall>('POST', `/extensions/${id}/test-call`, { body });
        const rows = tested.phones.map((one) => [one.endpoint, one.userAgent, one.contactUri, words(one.state)]);
        const text = `extension ${number}: ${words(tested.state)} after ${tested.seconds} s`;
        terminal.result(tested, rows.length === 0 ? text : `${text}\n${table(['account', 'phone', 'at', ''], rows)}`);
        return tested.state === 'answered' ? EXIT.ok : EXIT.differences;
      }),
    );
}

const TRANSFERRED: Record<string, string> = {
  dialing: 'is being dialled',
  ringing: 'rings',
  answered: 'answered',
  voicemail: 'the mailbox answered',
  ended: 'could not be reached, the call is over',
};

function words(state: string): string {
  return state.replaceAll('_', ' ');
}

function nameOf({ number, name }: LiveCall['from']): string {
  return [number, name].filter((part) => part !== null && part !== '').join(' ');
}

function secondsOf(text: string): number {
  const seconds = /^[0-9]{1,2}$/.test(text) ? Number(text) : 0;
  if (seconds < 5 || seconds > 60) throw new InvalidArgumentError('It must be 5 to 60.');
  return seconds;
}
