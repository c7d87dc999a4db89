import type { AmiFields } from '../ami/encode.ts';
import { MAX_LINES } from '../ami/encode.ts';
import type { ConfigFile, ConfigLine } from './config-text.ts';

/** One operation of UpdateConfig. One action is all or nothing: an operation that fails leaves the file as it was. */
export type Operation =
  | { op: 'NewCat' | 'DelCat' | 'EmptyCat'; category: string }
  | { op: 'Delete'; category: string; variable: string }
  | { op: 'Append' | 'Update'; category: string; variable: string; value: string };

/**
 * The operations that make one section hold exactly `target` (undefined or empty: no such section).
 *
 * Line by line only where every variable is unique on both sides (`keyed`: mailboxes). Measured on 22.10.1: Update
 * changes the first of two equal variables, Delete removes both, and every operation works on all sections of the name
 * at once; so anything doubled is written anew, and `Match` (asterisk #511) is never used.
 */
export function editCategory(
  file: ConfigFile,
  category: string,
  target: readonly ConfigLine[] | undefined,
  keyed: boolean,
): Operation[] {
  const sections = file.filter(({ name }) => name === category);
  if (!target || target.length === 0) return sections.length > 0 ? [{ op: 'DelCat', category }] : [];
  const appends = target.map(([variable, value]): Operation => ({ op: 'Append', category, variable, value }));
  const [only, ...more] = sections;
  if (!only) return [{ op: 'NewCat', category }, ...appends];
  if (more.length > 0) return [{ op: 'DelCat', category }, { op: 'NewCat', category }, ...appends];
  if (!keyed || isDoubled(only.lines)) return [{ op: 'EmptyCat', category }, ...appends];
  return editLines(category, new Map(only.lines), new Map(target));
}

function editLines(category: string, present: Map<string, string>, target: Map<string, string>): Operation[] {
  const operations: Operation[] = [];
  for (const variable of present.keys()) {
    if (!target.has(variable)) operations.push({ op: 'Delete', category, variable });
  }
  for (const [variable, value] of target) {
    const now = present.get(variable);
    if (now === value) continue;
    operations.push({ op: now === undefined ? 'Append' : 'Update', category, variable, value });
  }
  return operations;
}

function isDoubled(lines: readonly ConfigLine[]): boolean {
  return new Set(lines.map(([variable]) => variable)).size !== lines.length;
}

/** `Action`, `ActionID`, `SrcFilename`, `DstFilename` */
const OWN_LINES = 4;

/** The operations as few UpdateConfig actions on one file; a group that fits into one action is never torn apart. */
export function packOperations(file: string, groups: readonly (readonly Operation[])[]): AmiFields[] {
  const messages: Record<string, string>[] = [];
  let fields: Record<string, string> = {};
  let room = 0;
  let count = 0;
  const open = () => {
    fields = { SrcFilename: file, DstFilename: file };
    messages.push(fields);
    room = MAX_LINES - OWN_LINES;
    count = 0;
  };
  for (const group of groups) {
    const size = group.reduce((sum, operation) => sum + linesNeeded(operation), 0);
    if (size > room && size <= MAX_LINES - OWN_LINES) open();
    for (const operation of group) {
      if (linesNeeded(operation) > room) open();
      room -= linesNeeded(operation);
      addOperation(fields, count, operation);
      count += 1;
    }
  }
  return messages;
}

function linesNeeded(operation: Operation): number {
  if ('value' in operation) return 4;
  return 'variable' in operation ? 3 : 2;
}

function addOperation(fields: Record<string, string>, count: number, operation: Operation): void {
  const number = String(count).padStart(6, '0');
  fields[`Action-${number}`] = operation.op;
  fields[`Cat-${number}`] = operation.category;
  if ('variable' in operation) fields[`Var-${number}`] = operation.variable;
  if ('value' in operation) fields[`Value-${number}`] = operation.value;
}
