import type { Command } from 'commander';
import type { PbxStatus, Plan } from '../api/views.ts';
import type { Bind, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { findPbxes } from '../lookup.ts';
import { table } from '../table.ts';
import { ago, duration } from '../words.ts';

export function addSync(program: Command, bind: Bind): void {
  const sync = program.command('sync').description('how far each PBX has followed, and what to do about it');

  sync
    .command('status', { isDefault: true })
    .description('state of each PBX (exit 2: one is behind)')
    .action(bind(async (cli) => show(cli, (await cli.api.call<{ items: PbxStatus[] }>('GET', '/sync')).items)));

  sync
    .command('run [pbx]')
    .description('audit the PBX now and do what it finds to do')
    .action(
      bind(async (cli, name: string | undefined) => {
        const after: PbxStatus[] = [];
        for (const { id } of await findPbxes(cli.api, name)) {
          after.push(await cli.api.call<PbxStatus>('POST', `/sync/${id}/run`));
        }
        return show(cli, after);
      }),
    );

  sync
    .command('approve <planId>')
    .description('let a plan be done that deletes more than the cap')
    .option('--pbx <name>', 'may be left out when it is clear')
    .action(
      bind(async (cli, planId: string, options: { pbx?: string }) => {
        for (const { id } of await findPbxes(cli.api, options.pbx)) {
          const plan = await cli.api.call<Plan>('GET', `/sync/${id}/plan`);
          if (plan.id !== planId) continue;
          return show(cli, [await cli.api.call<PbxStatus>('POST', `/sync/${id}/approve`, { body: { planId } })]);
        }
        throw new CliError('PLAN_NOT_FOUND', `no PBX has a plan ${planId} now`, {
          advice: 'Look at what would be done now: linekeeper plan',
        });
      }),
    );
}

async function show({ terminal }: Cli, statuses: PbxStatus[]): Promise<number> {
  const rows = statuses.map((one) => [
    one.name,
    one.state,
    one.pending === 0 ? '0' : `${one.pending}, oldest ${ago(one.oldestPendingAt)}`,
    String(one.failed),
    String(one.drift),
    one.lastAuditMs === null ? ago(one.lastAuditAt) : `${ago(one.lastAuditAt)}, took ${duration(one.lastAuditMs)}`,
    one.asteriskVersion ?? '',
  ]);
  const lines = [table(['pbx', 'state', 'pending', 'failed', 'drift', 'audit', 'asterisk'], rows)];
  for (const { name, reason, blockedPlan } of statuses) {
    if (blockedPlan !== null) {
      lines.push(`${name} waits for you: linekeeper plan, then linekeeper sync approve ${blockedPlan} --pbx ${name}`);
    } else if (reason !== null) lines.push(`${name}: ${reason}`);
  }
  terminal.result(statuses, lines.join('\n'));
  const isBehind = statuses.some(({ state, failed }) => failed > 0 || state === 'offline' || state === 'blocked');
  return isBehind ? EXIT.differences : EXIT.ok;
}
