import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { mustBeNew, saveFile } from './save-file.ts';

export interface OutputOptions {
  output?: string;
  force?: boolean;
}

export function addOutputOptions(command: Command): Command {
  return command
    .option('-o, --output <file>', 'a file that only you may read (0600); default: standard output')
    .option('--force', 'overwrite a file that is there');
}

/**
 * Brings a file of the API to standard output, or into a file: whole or not at all.
 *
 * @throws CliError FILE_EXISTS, INTERRUPTED
 */
export async function download({ api, terminal }: Cli, path: string, options: OutputOptions): Promise<void> {
  const { output = '-', force } = options;
  if (output === '-') return pipeline(await api.download(path), process.stdout, { end: false });
  if (force !== true) await mustBeNew(output);
  await saveFile(output, () => api.download(path));
  terminal.result({ saved: output }, `saved ${output}`);
}
