import type { DhcpRequest } from './text.ts';
import type { PhoneClass } from './vendor-options.ts';

/** Those that a server can tell by option 60, the one that gets the rest, and those that cannot be served beside others. */
export function grouped({ classes }: DhcpRequest): {
  told: PhoneClass[];
  rest: PhoneClass | undefined;
  left: PhoneClass[];
} {
  const told = classes.filter(({ prefixes }) => prefixes.length > 0);
  const untold = classes.filter(({ prefixes }) => prefixes.length === 0);
  return untold.length === 1 ? { told, rest: untold[0], left: [] } : { told, rest: undefined, left: untold };
}

/** Why a vendor is missing from the text. */
export function leftOut({ name }: PhoneClass): string {
  return `${name}: its phones send no vendor class of their own; give them a network of their own, and ask for them alone`;
}

/** Options with a code of their own, and the parts of option 43. */
export function partsOf({ options }: PhoneClass) {
  return {
    plain: options.filter(({ sub }) => sub === undefined),
    subs: options.filter(({ sub }) => sub !== undefined),
  };
}
