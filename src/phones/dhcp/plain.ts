import { grouped, leftOut } from './grouped.ts';
import type { DhcpRequest } from './text.ts';
import { isAddressList, type PhoneOption } from './vendor-options.ts';

/** In words, for a server of which Linekeeper does not know the syntax. */
export function plainText(request: DhcpRequest): string {
  const { told, rest, left } = grouped(request);
  const lines = [`Desk phones of ${request.site}. The address is a secret of the site.`];
  for (const one of [...told, ...(rest === undefined ? [] : [rest])]) {
    const who =
      one.prefixes.length === 0
        ? 'all that is none of the others'
        : one.prefixes.map((text) => `"${text}"`).join(' or ');
    lines.push(
      '',
      one.name,
      one.prefixes.length === 0 ? `  For ${who}` : `  For clients whose option 60 begins with ${who}`,
    );
    for (const option of one.options) lines.push(`  ${nameOf(option)}: ${option.value}`);
  }
  for (const one of left) lines.push('', leftOut(one));
  return `${lines.join('\n')}\n`;
}

function nameOf({ code, sub }: PhoneOption): string {
  const type = isAddressList(code) ? 'IP address' : 'string';
  return sub === undefined ? `Option ${code} (${type})` : `Option ${code}, sub-option ${sub} (${type})`;
}
