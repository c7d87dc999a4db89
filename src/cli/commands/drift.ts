import type { Command } from 'commander';
import type { Drift } from '../api/views.ts';
import type { Bind } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { findPbxes } from '../lookup.ts';
import { table } from '../table.ts';
import { ago } from '../words.ts';

export function addDrift(program: Command, bind: Bind): void {
  program
    .command('drift [pbx]')
    .description('what others changed on the PBX and the policy leaves as it is (exit 2: there is something)')
    .action(
      bind(async ({ api, terminal }, name: string | undefined) => {
        const found = [];
        for (const pbx of await findPbxes(api, name)) {
          for (const drift of await api.all<Drift>(`/sync/${pbx.id}/drift`)) found.push({ pbx: pbx.name, ...drift });
        }
        const rows = found.map((one) => [one.pbx, one.ref, one.kind, ago(one.detectedAt), valuesOf(one)]);
        const text = found.length === 0 ? 'no drift' : table(['pbx', 'object', 'kind', 'seen', 'ours / theirs'], rows);
        terminal.result(found, text);
        return found.length === 0 ? EXIT.ok : EXIT.differences;
      }),
    );
}

function valuesOf({ details }: Drift): string {
  return `${details?.expected ?? 'nothing'} / ${details?.observed ?? 'nothing'}`;
}
