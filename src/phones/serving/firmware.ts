import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** A file below a folder, after every link on the way was followed. */
export interface JailedFile {
  root: string;
  /** Relative to the root, with slashes. */
  path: string;
  bytes: number;
}

const PART = /^[A-Za-z0-9][A-Za-z0-9 ._+()-]{0,120}$/;

/** undefined: it is not there, no file, or does not lie below the folder. */
export async function jailed(folder: string, parts: readonly string[]): Promise<JailedFile | undefined> {
  if (parts.length === 0 || parts.length > 8 || !parts.every((part) => PART.test(part))) return undefined;
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, ...parts));
    if (!file.startsWith(root + sep)) return undefined;
    const { size, isFile } = await stat(file).then((found) => ({ size: found.size, isFile: found.isFile() }));
    return isFile ? { root, path: file.slice(root.length + 1).replaceAll(sep, '/'), bytes: size } : undefined;
  } catch {
    return undefined;
  }
}
