import { csvInvalid } from '../csv/csv-error.ts';
import { foldColumn, type TableFormat } from './format.ts';
import { freepbxDids } from './freepbx-dids.ts';
import { freepbxExtensions } from './freepbx-extensions.ts';
import { fusionpbxExtensions } from './fusionpbx-extensions.ts';
import { threecxUsers } from './threecx-users.ts';
import { yeastarExtensions } from './yeastar-extensions.ts';

/** The CSV files of other systems. None takes a header of our own. */
const TABLES: readonly TableFormat[] = [
  freepbxExtensions,
  freepbxDids,
  fusionpbxExtensions,
  threecxUsers,
  yeastarExtensions,
];

/** undefined: a file of ours, or one that nobody knows. */
export function tableOf(header: readonly string[]): TableFormat | undefined {
  const columns = new Set(header.map(foldColumn));
  return TABLES.find((format) => format.recognises((column) => columns.has(column)));
}

type TextKind = 'csv' | 'json-lines' | 'asterisk-config';

/** What kind of text begins like this. @throws CSV_INVALID for a JSON document: it cannot be read line by line */
export function kindOfText(head: string): TextKind {
  const start = head.trimStart();
  if (start.startsWith('{')) return 'json-lines';
  if (/^\[\s*(?:[[{"]|$|[\r\n])/.test(start)) {
    throw csvInvalid('JSON_DOCUMENT', 'this is one JSON document: send JSON Lines, an object on each line');
  }
  // Block comments first, as a file may begin with one.
  const first = head
    .replace(/;--(?!-)[\s\S]*?--;/g, '')
    .split(/\r?\n/)
    .find((line) => /^\s*[^;\s]/.test(line));
  return first !== undefined && /^\s*(?:\[[^\]]+\]|#(?:try)?include\b|#exec\b)/.test(first) ? 'asterisk-config' : 'csv';
}
