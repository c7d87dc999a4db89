import type { Command } from 'commander';
import type { Diagnosis, Finding } from '../api/diagnostics-views.ts';
import type { Bind } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { findExtension } from '../lookup.ts';
import type { Terminal } from '../terminal.ts';

const SIGN = { ok: 'ok ', attention: '!  ', bad: 'BAD' } as const;
const STYLE = { ok: 'good', attention: 'warn', bad: 'bad' } as const;

export function addDoctor(program: Command, bind: Bind): void {
  program
    .command('doctor [extension]')
    .description(
      'what is well, what is not, and what to do: of everything, or of one extension (exit 2: something is not)',
    )
    .option('--company <slug>', 'may be left out when it is clear')
    .action(
      bind(async ({ api, terminal }, extension: string | undefined, options: { company?: string }) => {
        try {
          const path =
            extension === undefined
              ? '/diagnostics'
              : `/extensions/${(await findExtension(api, extension, options.company)).id}/diagnosis`;
          const { findings } = await api.call<Diagnosis>('GET', path);
          terminal.result({ findings }, findings.map((one) => line(one, terminal)).join('\n'));
          return findings.every(({ state }) => state === 'ok') ? EXIT.ok : EXIT.differences;
        } catch (error) {
          if (!(error instanceof CliError) || error.exitCode !== EXIT.unreachable) throw error;
          const { lookAround } = await import('../look-around.ts');
          const findings = await lookAround(error);
          terminal.result({ findings }, findings.map((one) => line(one, terminal)).join('\n'));
          return EXIT.unreachable;
        }
      }),
    );
}

function line({ subject, state, text, advice }: Finding, { style }: Terminal): string {
  const head = `${style(STYLE[state], SIGN[state])} ${subject}: ${text}`;
  return advice === null ? head : `${head}\n    -> ${advice}`;
}
