import type { Command } from 'commander';
import type { Plan } from '../api/views.ts';
import type { Bind } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { findPbxes } from '../lookup.ts';
import { planText } from '../plan-text.ts';

export function addPlan(program: Command, bind: Bind): void {
  program
    .command('plan [pbx]')
    .description('read the PBX and show what would be done now; changes nothing (exit 2: there is something)')
    .action(
      bind(async ({ api, terminal }, name: string | undefined) => {
        const plans = [];
        for (const pbx of await findPbxes(api, name)) {
          plans.push({ pbx: pbx.name, ...(await api.call<Plan>('GET', `/sync/${pbx.id}/plan`)) });
        }
        terminal.result(plans, plans.map((plan) => planText(plan.pbx, plan, terminal)).join('\n'));
        const isClean = plans.every(({ changes, refusals }) => changes.length + refusals.length === 0);
        return isClean ? EXIT.ok : EXIT.differences;
      }),
    );
}
