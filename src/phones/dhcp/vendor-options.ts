import type { VendorDefinition } from '../definitions/schema.ts';

/** One DHCP option of a vendor's phones. */
export interface PhoneOption {
  code: number;
  /** Within option 43; undefined: an option of its own. */
  sub?: number;
  value: string;
}

/** The phones of one vendor as a DHCP server meets them. */
export interface PhoneClass {
  id: string;
  name: string;
  /** How their option 60 begins; []: they cannot be told from others. */
  prefixes: readonly string[];
  options: readonly PhoneOption[];
}

/** Lists of IPv4 addresses (RFC 5859): an address of a web server has no place in them. */
const ADDRESS_LISTS: ReadonlySet<number> = new Set([150]);
const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;

/** What `vendor.yaml` says of DHCP, with the address of stage 1 (with the slash at its end) filled in. */
export function phoneClassOf(
  vendor: Pick<VendorDefinition, 'id' | 'name' | 'vendorClasses' | 'dhcp'>,
  base: string,
): PhoneClass {
  const { option66, also } = vendor.dhcp;
  const filled = (template: string) => template.replaceAll('{base}', base);
  const options: PhoneOption[] = [{ code: 66, value: filled(option66) }];
  for (const [name, template] of Object.entries(also)) {
    const [, code, sub] = /^(\d{1,3})(?:\.(\d{1,3}))?$/.exec(name) ?? [];
    const value = filled(template);
    if (code === undefined || (ADDRESS_LISTS.has(Number(code)) && !IPV4.test(value))) continue;
    options.push({ code: Number(code), ...(sub === undefined ? {} : { sub: Number(sub) }), value });
  }
  const prefixes = [...new Set(vendor.vendorClasses.flatMap((pattern) => prefixOf(pattern) ?? []))];
  return { id: vendor.id, name: vendor.name, prefixes, options: options.sort(byCode) };
}

/** What every text begins with that a pattern such as `^snom[A-Z]` matches; DHCP servers know no regular expressions. */
export function prefixOf(pattern: string): string | undefined {
  if (pattern.includes('|')) return undefined;
  let prefix = '';
  let rest = pattern.replace(/^\^/, '');
  for (;;) {
    const [found, escaped, plain] = /^(?:\\([^A-Za-z0-9])|([A-Za-z0-9 _,:;=@/-]))/.exec(rest) ?? [];
    if (found === undefined) break;
    // What follows may take the character back.
    if (/^[?*{]/.test(rest.slice(found.length))) break;
    prefix += escaped ?? plain;
    rest = rest.slice(found.length);
  }
  return prefix.length >= 3 ? prefix : undefined;
}

export function isAddressList(code: number): boolean {
  return ADDRESS_LISTS.has(code);
}

/** Sub-options of option 43 as they go over the wire (RFC 2132, 8.4): code, length, text. @throws RangeError beyond 255 bytes. */
export function encapsulated(subs: readonly PhoneOption[]): Buffer {
  return Buffer.concat(
    subs.map(({ sub = 0, value }) => {
      const text = Buffer.from(value);
      if (text.length > 255) throw new RangeError('a DHCP sub-option holds 255 bytes');
      return Buffer.concat([Buffer.from([sub, text.length]), text]);
    }),
  );
}

function byCode(a: PhoneOption, b: PhoneOption): number {
  return a.code - b.code || (a.sub ?? 0) - (b.sub ?? 0);
}
