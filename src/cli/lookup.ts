import type { Api } from './api/client.ts';
import type { Group, User } from './api/people-views.ts';
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

export async function findUser(api: Api, username: string): Promise<User> {
  const [found] = await api.all<User>('/users', { username });
  if (found !== undefined) return found;
  throw missing(`there is no user ${username}`, '`linekeeper user list` shows them.');
}

export async function findSite(api: Api, companyId: string, name: string): Promise<{ id: string }> {
  const found = (await api.all<{ id: string; name: string }>('/sites', { companyId })).find((one) => one.name === name);
  if (found !== undefined) return found;
  throw missing(`there is no site ${name} in the company`, 'Its name is written as it was created.');
}

/** `path` is /groups, /teams or /labels. */
export async function findGroup(
  api: Api,
  path: string,
  name: string,
  { company, kind }: { company?: string; kind?: string },
): Promise<Group> {
  const companyId = company === undefined ? undefined : (await findCompany(api, company)).id;
  const found = await api.all<Group>(path, { companyId, kind, name });
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  const word = path.slice(1, -1);
  if (first === undefined) throw missing(`there is no ${word} ${name}`, `\`linekeeper ${word} list\` shows them.`);
  throw missing(`there are ${found.length} ${word}s called ${name}`, 'Say which one: --company <slug>, --kind <kind>');
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
