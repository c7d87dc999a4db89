import type { Directory, EndpointOwner } from '../../src/live/directory.ts';

/** The company `acme` with these extensions, each with one SIP account of the same name. */
export class FixedDirectory implements Directory {
  readonly #owners: ReadonlyMap<string, EndpointOwner>;
  readonly #numbers: ReadonlyMap<string, string>;
  /** Names in each question. */
  readonly asked: string[][] = [];

  constructor(extensions: readonly string[], numbers: Record<string, string> = {}) {
    this.#owners = new Map(extensions.map((number) => [number, ownerOf(number)]));
    this.#numbers = new Map(Object.entries(numbers));
  }

  async endpoints(_pbxId: string, names: readonly string[]): Promise<ReadonlyMap<string, EndpointOwner>> {
    this.asked.push([...names]);
    return new Map(
      names.flatMap((name) => {
        const owner = this.#owners.get(name);
        return owner ? [[name, owner] as const] : [];
      }),
    );
  }

  known(_pbxId: string, endpoint: string): EndpointOwner | undefined {
    return this.#owners.get(endpoint);
  }

  async companyOfContext(_pbxId: string, context: string): Promise<string | undefined> {
    return context === 'lk-acme' ? 'acme' : undefined;
  }

  async number(e164: string): Promise<{ companyId: string; extensionId: string | null } | undefined> {
    const number = this.#numbers.get(e164);
    return number === undefined ? undefined : { companyId: 'acme', extensionId: `x-${number}` };
  }
}

function ownerOf(number: string): EndpointOwner {
  return {
    endpoint: number,
    companyId: 'acme',
    extensionId: `x-${number}`,
    number,
    displayName: `Ext ${number}`,
    siteId: 'hq',
    userId: `u-${number}`,
    teamIds: ['sales'],
  };
}
