import { grouped, leftOut, partsOf } from './grouped.ts';
import type { DhcpRequest } from './text.ts';
import { encapsulated, isAddressList, type PhoneClass } from './vendor-options.ts';

/** Kea's own names of string options; the others of ours are defined here. */
const KNOWN: ReadonlySet<number> = new Set([66, 67]);

/**
 * Members of "Dhcp4". Option 43 and options that Kea knows under another type are given as bytes: `csv-format: false`, which
 * needs no definition and cannot be split at a comma.
 */
export function keaText(request: DhcpRequest): string {
  const { told, rest, left } = grouped(request);
  const classes = told.map((one) => ({
    name: `lk-${one.id}`,
    test: one.prefixes
      .map(
        (prefix) =>
          `substring(option[60].hex,0,${Buffer.byteLength(prefix)}) == 0x${Buffer.from(prefix).toString('hex')}`,
      )
      .join(' or '),
    ...definitionsOf(one),
    'option-data': optionsOf(one),
  }));
  const about = `Desk phones of ${request.site}, made by Linekeeper. The address is a secret of the site.`;
  const members = {
    'user-context': { linekeeper: about, ...(left.length === 0 ? {} : { missing: left.map(leftOut) }) },
    ...(rest === undefined ? {} : { 'option-data': optionsOf(rest) }),
    ...(classes.length === 0 ? {} : { 'client-classes': classes }),
  };
  return `${JSON.stringify(members, null, 2)}\n`;
}

/** A class says itself what its option 43 is; elsewhere Kea would look for sub-options in it. */
function definitionsOf(one: PhoneClass): object {
  const has43 = one.options.some(({ code }) => code === 43);
  return has43 ? { 'option-def': [{ name: 'vendor-encapsulated-options', code: 43, type: 'binary' }] } : {};
}

function optionsOf(one: PhoneClass): object[] {
  const { plain, subs } = partsOf(one);
  const data: object[] = plain.map(({ code, value }) => {
    // Phones ask for none of these by name, so they are sent unasked.
    if (KNOWN.has(code)) return { code, data: escaped(value), 'always-send': true };
    const bytes = isAddressList(code) ? addressBytes(value) : Buffer.from(value);
    return { code, 'csv-format': false, data: bytes.toString('hex'), 'always-send': true };
  });
  if (subs.length > 0) {
    data.push({ code: 43, 'csv-format': false, data: encapsulated(subs).toString('hex'), 'always-send': true });
  }
  return data;
}

/** A string option is one field of comma separated data. */
function escaped(text: string): string {
  return text.replace(/[\\,]/g, '\\$&');
}

function addressBytes(text: string): Buffer {
  return Buffer.from(text.split('.').map(Number));
}
