import { LinekeeperError } from '../../errors.ts';
import type { Charset } from '../csv/charset.ts';
import { csvInvalid } from '../csv/csv-error.ts';
import { decodeFile } from '../csv/decode.ts';
import { recogniseDialect } from '../csv/dialect.ts';
import type { ImportFiles } from '../files.ts';
import { firstBlock } from '../inspect.ts';
import type { FileFormat } from '../options.ts';
import { openRecords } from '../records.ts';
import type { ImportTableName } from '../tables/shape.ts';
import { ASTERISK_COLUMNS, extensionsOfAsterisk } from './asterisk-config.ts';
import { parseAsteriskIni } from './asterisk-ini.ts';
import { ConvertedFile, convertedCell, convertedFormat } from './converted-file.ts';
import { Draft, foldColumn, type MapContext, type TableFormat } from './format.ts';
import { convertJsonLines, JSON_LINES, JSON_LINES_FIRST } from './json-lines.ts';
import { kindOfText, tableOf } from './recognise.ts';
import { type ConversionReport, ReportBuilder } from './report.ts';
import { textLines } from './text-lines.ts';
import { isIdle } from './values.ts';

/** Our own CSV; what other files are converted into. */
export const OWN_SOURCE = 'linekeeper';

export interface Conversion {
  source: string;
  /** What the converted file is about; undefined: as its header says. */
  table: ImportTableName | undefined;
  notes: number;
  /** How the file is read that stands there now; undefined: as it was sent. */
  format: FileFormat | undefined;
}

export interface ConvertContext extends MapContext {
  maxRows: number;
  /** What the uploader says that the file is about. */
  table?: ImportTableName | undefined;
}

type Append = (block: string) => Promise<void>;

/**
 * Turns an upload of another system, or of JSON Lines, into our own CSV under the same name; what could not be carried
 * over goes into the report beside it. The original does not stay. Everything after the upload (dry run, resuming,
 * failed rows, undo) knows our own CSV only. @throws CSV_INVALID, CSV_TOO_MANY_ROWS
 */
export async function convertUpload(
  files: ImportFiles,
  id: string,
  charset: Charset,
  context: ConvertContext,
): Promise<Conversion> {
  const upload = files.upload(id);
  const head = await firstBlock(upload, charset);
  const kind = kindOfText(head);
  const replace = (produce: (append: Append) => Promise<void>) => files.write(files.part(id), upload, produce);
  if (kind === 'json-lines') {
    let about: ImportTableName | undefined;
    await replace(async (append) => {
      about = await convertJsonLines(upload, charset, context, append);
    });
    return { source: JSON_LINES, table: about, notes: 0, format: convertedFormat(JSON_LINES_FIRST) };
  }
  let report: ConversionReport | undefined;
  if (kind === 'asterisk-config') {
    await replace(async (append) => {
      report = await convertAsterisk(upload, charset, append);
    });
    return keepReport(files, id, { report, table: 'extensions', firstLine: 0 });
  }
  const dialect = { charset, ...recogniseDialect(head) };
  const { header, batches } = await openRecords(upload, dialect, (cells) => cells);
  await batches.return();
  const table = tableOf(header);
  if (table === undefined) return { source: OWN_SOURCE, table: undefined, notes: 0, format: undefined };
  await replace(async (append) => {
    report = await convertTable(upload, dialect, table, context, append);
  });
  return keepReport(files, id, { report, table: table.table, firstLine: 1 });
}

async function keepReport(
  files: ImportFiles,
  id: string,
  converted: { report: ConversionReport | undefined; table: ImportTableName; firstLine: 0 | 1 },
): Promise<Conversion> {
  const { report, table, firstLine } = converted;
  if (report === undefined) throw new LinekeeperError('INTERNAL', 'a conversion ended without a report');
  const text = JSON.stringify(report);
  await files.write(files.part(id), files.report(id), (append) => append(text));
  return { source: report.source, table, notes: report.notes, format: convertedFormat(firstLine) };
}

/** One table of a foreign CSV, record by record. */
export async function convertTable(
  file: string,
  dialect: FileFormat,
  format: TableFormat,
  context: ConvertContext,
  append: Append,
): Promise<ConversionReport> {
  const report = new ReportBuilder(format.name, format.title);
  const { header, batches } = await openRecords(file, dialect, (cells) => cells);
  const at = new Map<string, number>();
  for (const [i, cell] of header.entries()) if (!at.has(foldColumn(cell))) at.set(foldColumn(cell), i);
  const unread = [...at].filter(([name]) => name !== '' && !format.reads.includes(name));
  const converted = new ConvertedFile(append, 1, format.columns);
  let rows = 0;
  for await (const batch of batches) {
    for (const { line, cells, isMalformed } of batch) {
      if (cells.every((cell) => cell.trim() === '')) continue;
      if (++rows > context.maxRows) throw tooManyRows(context.maxRows);
      const draft = new Draft();
      if (isMalformed || cells.length < header.length) {
        draft.skip('', isMalformed ? 'has a quote that is not written as ""' : 'has fewer cells than the header');
      } else {
        const raw = (column: string) => cells[at.get(column) ?? -1] ?? '';
        format.map({ raw, get: (column) => raw(column).trim() }, draft, context);
        for (const [, i] of unread) if (!isIdle(cells[i] ?? '')) report.countUnread(header[i] ?? '');
      }
      await writeDraft(converted, report, line, draft, format.columns);
    }
  }
  await converted.flush();
  return report.end();
}

/** Characters of a configuration: some 50,000 endpoints. It is held in memory, as sections refer to each other. */
const MAX_CONFIG = 16 * 1024 * 1024;

async function convertAsterisk(file: string, charset: Charset, append: Append): Promise<ConversionReport> {
  const report = new ReportBuilder('asterisk-config', 'Asterisk: pjsip.conf and voicemail.conf');
  const lines: string[] = [];
  let size = 0;
  for await (const some of textLines(decodeFile(file, charset))) {
    for (const line of some) {
      lines.push(line);
      size += line.length + 16;
    }
    if (size > MAX_CONFIG) throw csvInvalid('CONFIG_TOO_LARGE', `a configuration has at most ${MAX_CONFIG} characters`);
  }
  const { categories, remarks } = parseAsteriskIni(lines);
  const { rows, unread } = extensionsOfAsterisk(categories);
  for (const { line, message } of remarks) report.note(line, { column: '', code: 'NOT_CARRIED', message });
  for (const [name, count] of unread) report.countUnread(name, count);
  const converted = new ConvertedFile(append, 0, ASTERISK_COLUMNS);
  for (const { line, draft } of rows) await writeDraft(converted, report, line, draft, ASTERISK_COLUMNS);
  await converted.flush();
  return report.end();
}

async function writeDraft(
  converted: ConvertedFile,
  report: ReportBuilder,
  line: number,
  draft: Draft,
  columns: readonly string[],
): Promise<void> {
  for (const note of draft.notes) report.note(line, note);
  if (draft.isSkipped) return;
  const cells = columns.map((column) => convertedCell(draft.cells.get(column)));
  await converted.row(line, cells);
}

function tooManyRows(maxRows: number): LinekeeperError {
  return new LinekeeperError('CSV_TOO_MANY_ROWS', `the file has more than ${maxRows} rows; send it in parts`);
}
