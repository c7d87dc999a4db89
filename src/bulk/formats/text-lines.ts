import { csvInvalid } from '../csv/csv-error.ts';

/** Characters of one line; a record of a CSV file has no more either. */
const MAX_LINE = 64 * 1024;

/** The lines of a text that comes block by block, a block's lines at a time. @throws CSV_INVALID (RECORD_TOO_LONG) */
export async function* textLines(blocks: AsyncIterable<string>): AsyncGenerator<string[], void> {
  let rest = '';
  let line = 1;
  const tooLong = () => {
    const where = `line ${line}`;
    return csvInvalid('RECORD_TOO_LONG', `${where} is longer than ${MAX_LINE} characters`, where);
  };
  for await (const block of blocks) {
    const lines = (rest + block).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      if (text.length > MAX_LINE) throw tooLong();
      line++;
    }
    if (rest.length > MAX_LINE) throw tooLong();
    yield lines.map((text) => (text.endsWith('\r') ? text.slice(0, -1) : text));
  }
  if (rest !== '') yield [rest];
}
