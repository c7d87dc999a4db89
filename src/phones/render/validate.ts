import { LinekeeperError } from '../../errors.ts';
import type { FileFormat } from '../definitions/schema.ts';

const MAX_BYTES = 1_048_576;
const KV_NAME = /^[A-Za-z0-9_.[\]-]+$/;
const KV_HEADER = /^#!version:\d+(\.\d+){3}$/;

/**
 * Bytes of a file that a phone will take: well-formed, no parameter twice, in its charset, of a sane size.
 * @throws TEMPLATE_INVALID naming the file; what is in it is not shown
 */
export async function validated(name: string, format: FileFormat, text: string): Promise<Buffer> {
  const problem =
    format === 'kv' ? kvProblem(text) : format === 'text' ? undefined : await xmlProblem(text, format === 'xml-latin1');
  const bytes = Buffer.from(text, format === 'xml-latin1' ? 'latin1' : 'utf8');
  const reason =
    problem ??
    (text.trim() === '' ? 'is empty' : undefined) ??
    (bytes.length > MAX_BYTES ? `is larger than ${MAX_BYTES} bytes` : undefined);
  if (reason === undefined) return bytes;
  throw new LinekeeperError('TEMPLATE_INVALID', `${name} ${reason}`, { details: { path: name, reason } });
}

function kvProblem(text: string): string | undefined {
  const [header = '', ...lines] = text.split('\n');
  if (!KV_HEADER.test(header)) return 'does not begin with #!version:1.0.0.1';
  const seen = new Set<string>();
  for (const [index, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const name = line.slice(0, Math.max(0, line.indexOf(' = ')));
    if (!KV_NAME.test(name)) return `has no parameter in line ${index + 2}`;
    // The one parameter that stands once for each user.
    const key = name.endsWith('.user_password') ? line.slice(0, line.indexOf(':', name.length)) : name;
    if (seen.has(key)) return `has ${name} twice`;
    seen.add(key);
  }
  return undefined;
}

let saxes: Promise<typeof import('saxes')> | undefined;

async function xmlProblem(text: string, latin1: boolean): Promise<string | undefined> {
  if (latin1 && /[^\u0000-\u00ff]/.test(text)) return 'holds a character that ISO 8859-1 has not';
  saxes ??= import('saxes');
  const { SaxesParser } = await saxes;
  const parser = new SaxesParser();
  let problem: string | undefined;
  parser.on('error', (error) => {
    problem ??= `is not well-formed: ${error.message.replace(/^\d+:\d+: /, '')}`;
  });
  // A bare name says nothing; entities would.
  parser.on('doctype', (doctype) => {
    if (!/^\s*[A-Za-z]+\s*$/.test(doctype)) problem ??= 'has a document type';
  });
  parser.write(text).close();
  return problem;
}
