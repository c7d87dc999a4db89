import { grouped, leftOut, partsOf } from './grouped.ts';
import type { DhcpRequest } from './text.ts';
import { isAddressList, type PhoneClass } from './vendor-options.ts';

/** Names that ISC dhcpd knows (dhcp-options(5)); others are declared. */
const KNOWN: Readonly<Record<number, string>> = {
  42: 'ntp-servers',
  43: 'vendor-encapsulated-options',
  66: 'tftp-server-name',
  67: 'bootfile-name',
};

/** Top level of dhcpd.conf. */
export function dhcpdText(request: DhcpRequest): string {
  const { told, rest, left } = grouped(request);
  const all = [...told, ...(rest === undefined ? [] : [rest])];
  const lines = [
    `# Desk phones of ${request.site}, made by Linekeeper. The address is a secret of the site.`,
    ...declarations(all),
  ];
  for (const one of told) {
    const tests = one.prefixes.map(
      (prefix) => `substring (option vendor-class-identifier, 0, ${prefix.length}) = ${quoted(prefix)}`,
    );
    const test = tests.length === 1 ? tests[0] : tests.map((text) => `(${text})`).join(' or ');
    lines.push('', `# ${one.name}`, `class "lk-${one.id}" {`, `  match if ${test};`, ...optionLines(one, '  '), '}');
  }
  if (rest !== undefined) {
    lines.push('', `# ${rest.name}: everything in the network that is none of the above`, ...optionLines(rest, ''));
  }
  for (const one of left) lines.push('', `# ${leftOut(one)}`);
  return `${lines.join('\n')}\n`;
}

function declarations(classes: readonly PhoneClass[]): string[] {
  const codes = new Set(classes.flatMap((one) => partsOf(one).plain.map(({ code }) => code)));
  const plain = [...codes]
    .filter((code) => KNOWN[code] === undefined)
    .map((code) => `option lk-${code} code ${code} = ${isAddressList(code) ? 'array of ip-address' : 'text'};`);
  const spaces = classes.flatMap((one) => {
    const { subs } = partsOf(one);
    if (subs.length === 0) return [];
    return [
      `option space lk-${one.id};`,
      ...subs.map(({ sub }) => `option lk-${one.id}.lk-${sub} code ${sub} = text;`),
    ];
  });
  return [...plain, ...spaces];
}

function optionLines(one: PhoneClass, indent: string): string[] {
  const { plain, subs } = partsOf(one);
  const lines = plain.map(({ code, value }) => {
    const name = KNOWN[code] ?? `lk-${code}`;
    return `${indent}option ${name} ${isAddressList(code) ? value : quoted(value)};`;
  });
  if (subs.length === 0) return lines;
  return [
    ...lines,
    `${indent}vendor-option-space lk-${one.id};`,
    ...subs.map(({ sub, value }) => `${indent}option lk-${one.id}.lk-${sub} ${quoted(value)};`),
  ];
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
