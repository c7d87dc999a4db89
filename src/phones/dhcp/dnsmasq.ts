import { grouped, leftOut, partsOf } from './grouped.ts';
import type { DhcpRequest } from './text.ts';
import { isAddressList, type PhoneClass } from './vendor-options.ts';

/** `dhcp-vendorclass` matches any part of option 60; lines that set the same tag are alternatives. */
export function dnsmasqText(request: DhcpRequest): string {
  const { told, rest, left } = grouped(request);
  const lines = [`# Desk phones of ${request.site}, made by Linekeeper. The address is a secret of the site.`];
  for (const one of told) {
    lines.push('', `# ${one.name}`);
    for (const prefix of one.prefixes) lines.push(`dhcp-vendorclass=set:lk-${one.id},${bare(prefix)}`);
    lines.push(...optionLines(one, `tag:lk-${one.id},`));
  }
  if (rest !== undefined) {
    const others = told.map(({ id }) => `tag:!lk-${id},`).join('');
    lines.push('', `# ${rest.name}: everything in the network that is none of the above`, ...optionLines(rest, others));
  }
  for (const one of left) lines.push('', `# ${leftOut(one)}`);
  return `${lines.join('\n')}\n`;
}

function optionLines(one: PhoneClass, tags: string): string[] {
  const { plain, subs } = partsOf(one);
  return [
    ...plain.map(({ code, value }) => `dhcp-option=${tags}${code},${isAddressList(code) ? value : quoted(value)}`),
    // encap: puts them into option 43 whatever the class is called
    ...subs.map(({ code, sub, value }) => `dhcp-option=${tags}encap:${code},${sub},${quoted(value)}`),
  ];
}

/** In quotes a backslash escapes; without them a comma would end the value. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

function bare(text: string): string {
  return /^[A-Za-z0-9._-]+$/.test(text) ? text : quoted(text);
}
