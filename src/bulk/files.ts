import { mkdirSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LinekeeperError } from '../errors.ts';
import { type Charset, CharsetProbe } from './csv/charset.ts';
import { LineGuard } from './csv/line-guard.ts';

type FileKind = 'upload' | 'failed' | 'part' | 'report';
const KINDS = new Map<string, FileKind>([
  ['csv', 'upload'],
  ['failed.csv', 'failed'],
  ['part', 'part'],
  ['report.json', 'report'],
]);

/**
 * The files of imports, in a folder that only the daemon may enter: they hold PINs in clear, and secrets of phones when
 * a company moves. Of each job there is
 *
 *   <id>.part         while it is uploaded; gone after a crash
 *   <id>.csv          until the last of its rows has a result
 *   <id>.failed.csv   then, only with the rows that failed, and only for some days
 *   <id>.report.json  of a file of another system: what could not be carried over; holds no cells
 */
export class ImportFiles {
  readonly folder: string;

  constructor(dataDir: string) {
    this.folder = join(dataDir, 'imports');
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  upload(id: string): string {
    return join(this.folder, `${id}.csv`);
  }

  failed(id: string): string {
    return join(this.folder, `${id}.failed.csv`);
  }

  report(id: string): string {
    return join(this.folder, `${id}.report.json`);
  }

  part(id: string): string {
    return join(this.folder, `${id}.part`);
  }

  /** Job ids with the files they have. */
  async list(): Promise<{ id: string; file: string; kind: FileKind }[]> {
    const found: { id: string; file: string; kind: FileKind }[] = [];
    for (const name of await readdir(this.folder)) {
      const [, id, suffix = ''] = /^([^.]+)\.(csv|failed\.csv|part|report\.json)$/.exec(name) ?? [];
      const kind = KINDS.get(suffix);
      if (id !== undefined && kind !== undefined) found.push({ id, file: join(this.folder, name), kind });
    }
    return found;
  }

  /** Puts a body on the disk, block by block, and returns when the disk has it. @throws PAYLOAD_TOO_LARGE, DATABASE_FULL */
  async receive(
    id: string,
    body: AsyncIterable<Uint8Array>,
    maxBytes: number,
  ): Promise<{ bytes: number; charset: Charset }> {
    const probe = new CharsetProbe();
    const lines = new LineGuard();
    let bytes = 0;
    await this.write(this.part(id), this.upload(id), async (append) => {
      for await (const block of body) {
        bytes += block.length;
        if (bytes > maxBytes) {
          throw new LinekeeperError('PAYLOAD_TOO_LARGE', `the file is larger than ${maxBytes} bytes`);
        }
        probe.push(block);
        lines.push(block);
        await append(block);
      }
    });
    try {
      return { bytes, charset: probe.end() };
    } catch (error) {
      await this.remove(this.upload(id));
      throw error;
    }
  }

  /** Writes a file under another name first, so that it is there whole or not at all. */
  async write(
    temporary: string,
    file: string,
    produce: (append: (block: Uint8Array | string) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    await rm(temporary, { force: true });
    const handle = await open(temporary, 'wx', 0o600);
    try {
      try {
        await produce(async (block) => {
          await handle.appendFile(block);
        });
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
      await this.syncFolder();
    } catch (error) {
      await rm(temporary, { force: true });
      throw diskError(error);
    }
  }

  async remove(file: string): Promise<void> {
    await rm(file, { force: true });
  }

  private async syncFolder(): Promise<void> {
    const handle = await open(this.folder, 'r');
    await handle.sync();
    await handle.close();
  }
}

function diskError(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new LinekeeperError('DATABASE_FULL', 'the disk is full: the file was not kept', { cause: error });
}
