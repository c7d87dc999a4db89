import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { CliError } from './cli-error.ts';

/**
 * What is to be imported: a file, standard input ("-"), or the files of an Asterisk configuration as one text. They are
 * opened first: a wrong name is not the daemon's fault.
 */
export async function openSource(files: readonly string[]): Promise<{ body: Readable; name: string | undefined }> {
  const [first = '-'] = files;
  if (files.length === 1) {
    if (first === '-') return { body: process.stdin, name: undefined };
    return { body: (await open(first)).createReadStream(), name: basename(first) };
  }
  if (!files.every((file) => file.endsWith('.conf'))) {
    throw new CliError('USAGE', 'several files are one import only when they are .conf files of an Asterisk', {
      advice: 'Import the files one by one.',
    });
  }
  const handles: FileHandle[] = [];
  for (const file of files) handles.push(await open(file));
  const name = files.map((file) => basename(file)).join(' ');
  return { body: Readable.from(oneAfterTheOther(handles), { objectMode: false }), name };
}

async function* oneAfterTheOther(handles: readonly FileHandle[]): AsyncGenerator<Uint8Array, void> {
  for (const handle of handles) {
    for await (const block of handle.createReadStream()) yield block as Uint8Array;
    // The next file begins with a line of its own.
    yield Buffer.from('\n');
  }
}
