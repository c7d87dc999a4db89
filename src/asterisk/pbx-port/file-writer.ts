import { isLinekeeperError, type LinekeeperError } from '../../errors.ts';
import type { Write, WriteResult } from '../../plan/ports.ts';
import { editCategory, type Operation, packOperations } from './config-edit.ts';
import type { ConfigFiles } from './config-files.ts';
import type { ConfigLine } from './config-text.ts';
import { linesOfValue } from './file-value.ts';
import { FileView } from './file-view.ts';
import type { FilePlace } from './place.ts';
import { changedMeanwhile, failure, mismatch } from './results.ts';

export interface FileWrite {
  write: Write;
  place: FilePlace;
}

/** A write that passed the checks, with the lines that it puts into its section. */
interface Accepted extends FileWrite {
  lines: ConfigLine[] | undefined;
}

const ATTEMPTS = 2;

/**
 * Writes the objects of ONE file and reads them back: UpdateConfig truncates in place without a lock and says Success
 * with a full disk (measured), so its answer proves nothing. The caller lets only one run at a time.
 *
 * Compare and set: only an object that is still `before` is written; also between two attempts, so that a PIN that a
 * user changes meanwhile is never overwritten.
 */
export async function writeFileObjects(
  files: ConfigFiles,
  filename: string,
  writes: readonly FileWrite[],
): Promise<WriteResult[]> {
  const results = new Map<Write, WriteResult>();
  const fail = ({ write }: FileWrite, error: unknown) => results.set(write, failure(write.ref, error));
  let open = writes.filter((one) => !results.has(one.write));
  try {
    let refused: LinekeeperError | undefined;
    for (let attempt = 0; ; attempt += 1) {
      const view = new FileView(await files.readOurs(filename));
      const accepted: Accepted[] = [];
      for (const one of open) {
        const { ref, before, after } = one.write;
        const present = view.value(one.place);
        if (present === after) results.set(one.write, { ref, ok: true });
        else if (present !== before) fail(one, changedMeanwhile());
        else if (attempt === ATTEMPTS) fail(one, refused ?? mismatch());
        else accept(one, accepted, fail);
      }
      if (accepted.length === 0) break;
      open = accepted;
      refused = await update(files, filename, view, accepted);
    }
  } catch (error) {
    for (const one of writes) if (!results.has(one.write)) fail(one, error);
  }
  return writes.map(({ write }) => results.get(write)!);
}

function accept(one: FileWrite, accepted: Accepted[], fail: (one: FileWrite, error: unknown) => void): void {
  try {
    const { ref, after } = one.write;
    accepted.push({ ...one, lines: after === undefined ? undefined : linesOfValue(ref, one.place, after) });
  } catch (error) {
    fail(one, error);
  }
}

/** Gives Asterisk's refusal back, for what the read-back then finds missing; a lost connection throws. */
async function update(
  files: ConfigFiles,
  filename: string,
  view: FileView,
  accepted: readonly Accepted[],
): Promise<LinekeeperError | undefined> {
  try {
    for (const fields of packOperations(filename, operationsOf(view, accepted))) await files.update(fields);
    return undefined;
  } catch (error) {
    if (isLinekeeperError(error) && error.code === 'AMI_REFUSED') return error;
    throw error;
  }
}

/** One group of operations for each section that changes. */
function operationsOf(view: FileView, accepted: readonly Accepted[]): Operation[][] {
  const groups: Operation[][] = [];
  const mailboxes = new Map<string, Map<string, string>>();
  for (const { place, lines } of accepted) {
    if (place.in === 'companies') {
      groups.push(editCategory(view.file, place.category, lines, false));
      continue;
    }
    const target = mailboxes.get(place.category) ?? view.variables(place.category);
    mailboxes.set(place.category, target);
    if (lines) for (const [variable, value] of lines) target.set(variable, value);
    else target.delete(place.variable);
  }
  for (const [category, target] of mailboxes) {
    groups.push(editCategory(view.file, category, [...target], true));
  }
  return groups;
}
