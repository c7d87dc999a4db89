import { grouped, leftOut, partsOf } from './grouped.ts';
import type { DhcpRequest } from './text.ts';
import { encapsulated, isAddressList, type PhoneClass } from './vendor-options.ts';

/**
 * RouterOS 7.4 and later: a matcher gives an option set to whoever's option 60 holds a text, and needs to be told the server and
 * the pool. `dhcp1` and `pool1` are for the operator to change.
 */
export function mikrotikText(request: DhcpRequest): string {
  const { told, rest, left } = grouped(request);
  const all = [...told, ...(rest === undefined ? [] : [rest])];
  const lines = [
    `# Desk phones of ${request.site}, made by Linekeeper. The address is a secret of the site.`,
    '# Put the names of your DHCP server and its pool in the place of dhcp1 and pool1.',
    '/ip dhcp-server option',
  ];
  for (const one of all) {
    for (const [code, value] of valuesOf(one))
      lines.push(`add name=lk-${one.id}-${code} code=${code} value="${value}"`);
  }
  lines.push('/ip dhcp-server option sets');
  for (const one of all) {
    const names = valuesOf(one).map(([code]) => `lk-${one.id}-${code}`);
    lines.push(`add name=lk-${one.id} options=${names.join(',')}`);
  }
  if (told.length > 0) lines.push('/ip dhcp-server matcher');
  for (const one of told) {
    one.prefixes.forEach((prefix, index) => {
      const name = `lk-${one.id}${index === 0 ? '' : `-${index + 1}`}`;
      const rule = `code=60 matching-type=substring value="${escaped(prefix)}"`;
      lines.push(`add name=${name} server=dhcp1 address-pool=pool1 ${rule} option-set=lk-${one.id}`);
    });
  }
  if (rest !== undefined) {
    lines.push(
      `# ${rest.name}: everything that is none of the above`,
      '/ip dhcp-server',
      `set dhcp1 dhcp-option-set=lk-${rest.id}`,
    );
  }
  for (const one of left) lines.push(`# ${leftOut(one)}`);
  return `${lines.join('\n')}\n`;
}

function valuesOf(one: PhoneClass): [number, string][] {
  const { plain, subs } = partsOf(one);
  const values = plain.map(({ code, value }): [number, string] => [
    code,
    isAddressList(code) ? `'${value}'` : escaped(`'${value}'`),
  ]);
  return subs.length === 0 ? values : [...values, [43, `0x${encapsulated(subs).toString('hex')}`]];
}

/** In RouterOS a dollar begins a variable and a question mark asks for help, also between quotes. */
function escaped(text: string): string {
  return text.replace(/[\\"$?]/g, '\\$&');
}
