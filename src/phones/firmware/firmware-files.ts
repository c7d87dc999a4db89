import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface FirmwareFile {
  vendor: string;
  name: string;
  bytes: number;
}

/** Firmware in `<phones.folder>/firmware/<vendor>/`, as it was when it was last read: what phones are told depends on it. */
export interface FirmwareFiles {
  list(): readonly FirmwareFile[];
  /**
   * The file of a version: its name has the version in it, and the model too if there is such a one. undefined: it is not there.
   */
  fileOf(vendor: string, model: string, version: string): string | undefined;
  /** Reads the folder again; true: it holds others. */
  reload(): boolean;
}

/** Names that may stand in an address as they are. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,120}$/;

export function createFirmwareFiles(folder: string): FirmwareFiles {
  let files: readonly FirmwareFile[] | undefined;
  const known = () => {
    files ??= read(join(folder, 'firmware'));
    return files;
  };
  return {
    list: known,
    fileOf(vendor, model, version) {
      const fitting = known().filter((file) => file.vendor === vendor && hasPart(file.name, version));
      const own = fitting.find(({ name }) => hasPart(name, model));
      return (own ?? (fitting.length === 1 ? fitting[0] : undefined))?.name;
    },
    reload() {
      const before = JSON.stringify(known());
      files = read(join(folder, 'firmware'));
      return JSON.stringify(files) !== before;
    },
  };
}

/** `96.86.0.70` is in `T54W-96.86.0.70.rom`, and not in `96.86.0.700.rom`. */
function hasPart(name: string, part: string): boolean {
  const [text, wanted] = [name.toLowerCase(), part.toLowerCase()];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    const isAlone = !isWord(text[at - 1]) && !isWord(text[at + wanted.length]);
    const goesOn = /^\.\d/.test(text.slice(at + wanted.length));
    if (isAlone && !goesOn) return true;
  }
  return false;
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[a-z0-9]/.test(character);
}

function read(folder: string): FirmwareFile[] {
  return namesIn(folder).flatMap((vendor) =>
    namesIn(join(folder, vendor)).flatMap((name) => {
      const found = statSync(join(folder, vendor, name), { throwIfNoEntry: false });
      return found?.isFile() === true ? [{ vendor, name, bytes: found.size }] : [];
    }),
  );
}

/** Nothing when there is no such folder. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => NAME.test(name))
      .sort();
  } catch {
    return [];
  }
}
