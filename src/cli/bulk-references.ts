import type { Api } from './api/client.ts';
import type { JsonSchema } from './api/job-views.ts';
import type { Company } from './api/views.ts';
import { CliError } from './cli-error.ts';
import { schemasAt } from './json-schema.ts';
import { findGroup, findSite } from './lookup.ts';

type Find = (api: Api, company: Company, name: string) => Promise<{ id: string }>;

/** Words that stand for an id: people know names. Labels are told apart by `kind:name`. */
const REFERENCES: Record<string, { param: string; find: Find }> = {
  group: { param: 'groupId', find: (api, { slug }, name) => findGroup(api, '/groups', name, { company: slug }) },
  team: { param: 'groupId', find: (api, { slug }, name) => findGroup(api, '/teams', name, { company: slug }) },
  label: { param: 'groupId', find: findLabel },
  role: { param: 'roleId', find: findRole },
  site: { param: 'siteId', find: (api, { id }, name) => findSite(api, id, name) },
};

/** `label=desk:Window` as `groupId=<id>`, where the action takes a `groupId` and has no `label` of its own. */
export async function withIds(
  api: Api,
  company: Company,
  schema: JsonSchema,
  sets: readonly string[],
): Promise<string[]> {
  return Promise.all(
    sets.map(async (set) => {
      const [, word = '', name = ''] = /^([^=]+)=([\s\S]+)$/.exec(set) ?? [];
      const reference = Object.hasOwn(REFERENCES, word) ? REFERENCES[word] : undefined;
      const isMeant = reference !== undefined && schemasAt(schema, [word]).length === 0;
      if (!isMeant || schemasAt(schema, [reference.param]).length === 0) return set;
      const id = name === '-' ? '-' : (await reference.find(api, company, name)).id;
      return `${reference.param}=${id}`;
    }),
  );
}

function findLabel(api: Api, { slug }: Company, text: string): Promise<{ id: string }> {
  const [, kind, name] = /^([^:]+):(.+)$/.exec(text) ?? [];
  const about = { company: slug, ...(kind === undefined ? {} : { kind }) };
  return findGroup(api, '/labels', name ?? text, about);
}

async function findRole(api: Api, { id: companyId }: Company, name: string): Promise<{ id: string }> {
  const roles = await api.all<{ id: string; name: string }>('/roles', { companyId });
  const found = roles.find((role) => role.name === name);
  if (found !== undefined) return found;
  throw new CliError('NOT_FOUND', `there is no role ${name}`, { advice: '`linekeeper role list` shows them.' });
}
