import { LinekeeperError } from '../../errors.ts';
import type { FileFormat } from '../definitions/schema.ts';

// What XML 1.0 cannot hold in any form.
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
const XML_SYNTAX = /[&<>"'\t\n\r]/g;
// What some reader takes for the end of a line or of a text.
const LINE_END = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

/** Text for an element and for an attribute in either quote; control characters that XML cannot hold are left out. */
function xml(text: string): string {
  return text.replace(NOT_XML, '').replace(XML_SYNTAX, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The same in ISO 8859-1: what it has no byte for is a character reference. */
function xmlLatin1(text: string): string {
  return xml(text).replace(/[^\u0000-\u007e\u00a0-\u00ff]/gu, (sign) => `&#${sign.codePointAt(0)};`);
}

/** Formats that quote nothing: a value that would end the line is refused. */
function line(text: string): string {
  if (!LINE_END.test(text)) return text;
  throw new LinekeeperError('DEVICE_NOT_RENDERABLE', 'a value holds a line end or a control character');
}

/**
 * How the value of an output is written in each format, so that it is read back as itself.
 * @throws DEVICE_NOT_RENDERABLE (kv, text) when the format has no way to hold it; the value is not shown
 */
export const ESCAPERS: Record<FileFormat, (value: unknown) => string> = {
  xml: (value) => xml(printed(value)),
  'xml-latin1': (value) => xmlLatin1(printed(value)),
  kv: (value) => line(printed(value)),
  text: (value) => line(printed(value)),
};

/** Only texts, numbers and yes/no are printed: anything else is a mistake of the template. */
function printed(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new LinekeeperError('TEMPLATE_INVALID', 'an output is neither text nor a number');
}
