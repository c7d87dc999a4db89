import type { Api } from './api/client.ts';
import type { Company, Extension, Pbx, PhoneNumber } from './api/views.ts';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';

/** People name things by slug, number and name; the API by id. */
export async function findCompany(api: Api, slug: string | undefined): Promise<Company> {
  const companies = await api.all<Company>('/companies', slug === undefined ? {} : { slug });
  const [first] = companies;
  if (first !== undefined && companies.length === 1) return first;
  if (slug !== undefined) throw missing(`there is no company ${slug}`, '`linekeeper company list` shows them.');
  if (first === undefined) {
    throw missing(
      'there is no company yet',
      'Create one: linekeeper company create acme --country DE --range 1000-1999',
    );
  }
  const slugs = companies.map((company) => company.slug).join(', ');
  throw missing('there are several companies', `Say which: --company ${slugs.split(', ')[0]} (of ${slugs})`);
}

export async function findExtension(api: Api, number: string, slug: string | undefined): Promise<Extension> {
  const query = { number, ...(slug === undefined ? {} : { companyId: (await findCompany(api, slug)).id }) };
  const found = await api.all<Extension>('/extensions', query);
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  if (first === undefined) throw missing(`there is no extension ${number}`, '`linekeeper extension list` shows them.');
  throw missing(`${found.length} companies have an extension ${number}`, 'Say which one: --company <slug>');
}

export async function findNumber(api: Api, e164: string): Promise<PhoneNumber> {
  const found = (await api.all<PhoneNumber>('/numbers', { q: e164 })).find((number) => number.e164 === e164);
  if (found !== undefined) return found;
  throw missing(`there is no number ${e164}`, 'Numbers are written like +4930123456; `linekeeper number list`.');
}

export async function findPbx(api: Api, name: string): Promise<Pbx> {
  const found = (await api.all<Pbx>('/pbxes')).find((pbx) => pbx.name === name || pbx.id === name);
  if (found !== undefined) return found;
  throw missing(`there is no PBX ${name}`, '`linekeeper pbx list` shows them.');
}

/** The named PBX, or all that are enabled. */
export async function findPbxes(api: Api, name: string | undefined): Promise<Pbx[]> {
  if (name !== undefined) return [await findPbx(api, name)];
  const all = (await api.all<Pbx>('/pbxes')).filter(({ enabled }) => enabled);
  if (all.length > 0) return all;
  throw missing('no PBX is connected yet', 'Add one: linekeeper pbx add, or wait until the embedded one has started.');
}

function missing(message: string, advice: string): CliError {
  return new CliError('NOT_FOUND', message, { exitCode: EXIT.error, advice });
}
