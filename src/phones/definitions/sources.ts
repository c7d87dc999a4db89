import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LinekeeperError, messageOf } from '../../errors.ts';

/** Where definitions are on disk. */
export interface DefinitionFolders {
  /** Of the package: `provisioning/` and `templates/phones/` are in it. */
  root: string;
  /** The operator's own (`phones.folder`), with the same two; it need not exist. */
  own: string;
}

/** The operator's files stand under this name beside the shipped ones, so that a release holds both. */
export const OWN = 'own/';

const MAX_FILE_BYTES = 262_144;
const MAX_FILES = 2000;
const WANTED =
  /^(provisioning\/(tz\.json|[^/]+\/vendor\.yaml|[^/]+\/models\/[^/]+\.yaml)|templates\/phones\/.+\.liquid)$/;

/**
 * The text of every definition and template, by path: `provisioning/...`, `templates/phones/...`, and the same below `own/`.
 * @throws CONFIG_INVALID naming the file when one cannot be read or is too large
 */
export async function readDefinitionFiles({ root, own }: DefinitionFolders): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const [folder, prefix] of [[root, ''] as const, [own, OWN] as const]) {
    for (const part of ['provisioning', 'templates/phones']) {
      for (const path of await namesIn(folder, part)) {
        files[prefix + path] = await textOf(join(folder, path));
        if (Object.keys(files).length > MAX_FILES) throw invalid(folder, `more than ${MAX_FILES} files`);
      }
    }
  }
  return files;
}

async function namesIn(folder: string, part: string): Promise<string[]> {
  try {
    const names = await readdir(join(folder, part), { recursive: true });
    return names
      .map((name) => `${part}/${name.replaceAll('\\', '/')}`)
      .filter((name) => WANTED.test(name))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw invalid(join(folder, part), messageOf(error));
  }
}

async function textOf(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > MAX_FILE_BYTES) throw new Error(`larger than ${MAX_FILE_BYTES} bytes`);
    return await readFile(file, 'utf8');
  } catch (error) {
    throw invalid(file, messageOf(error));
  }
}

function invalid(path: string, reason: string): LinekeeperError {
  return new LinekeeperError('CONFIG_INVALID', `${path}: ${reason}`, { details: { path, reason } });
}
