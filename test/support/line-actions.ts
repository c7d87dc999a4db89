import type { Test } from 'tap';
import type { Json } from './app.ts';
import { setUpJobs } from './jobs.ts';

/** `acme` with the extensions 1001 (two accounts, mailbox, number), 1002 and 1009. */
export async function setUpLineActions(t: Test) {
  const jobs = await setUpJobs(t);
  const { api, acme } = jobs;
  const made = new Map<string, Json>();
  const extension = async (number: string, more: Json = {}) => {
    made.set(number, await api.extension(acme.id, number, more));
  };
  await extension('1001', { mailbox: { pin: '482915' }, phoneNumbers: ['+4930123401'] });
  await extension('1002');
  await extension('1009');
  await api.call('POST', `/extensions/${made.get('1001')?.id}/accounts`, { body: { kind: 'webrtc' } });
  const idOf = (number: string): string => made.get(number)?.id;
  return {
    ...jobs,
    idOf,
    extension,
    get: async (number: string): Promise<Json> => (await api.call('GET', `/extensions/${idOf(number)}`)).body,
    patch: (number: string, body: Json) => api.call('PATCH', `/extensions/${idOf(number)}`, { body }),
    /** Runs an action on extensions by their first numbers. */
    on: (action: string, numbers: string[], params: Json = {}) => jobs.run(action, { ids: numbers.map(idOf) }, params),
    undo: async (id: string): Promise<Json> => {
      await jobs.step(id, 'undo');
      return jobs.reaches(id, 'undone', 'failed');
    },
    /** A mass action's credentials, by user name. */
    credentials: async (id: string): Promise<Map<string, Json>> => {
      const { status, text } = await api.call('GET', `/jobs/${id}/credentials`);
      if (status !== 200) throw new Error(`${status} ${text}`);
      const [names = [], ...lines] = text
        .replace('\uFEFF', '')
        .trim()
        .split(/\r?\n/)
        .map((line) => line.split(','));
      const rows = lines.map((cells) => Object.fromEntries(names.map((name, at) => [name, cells[at]])) as Json);
      return new Map(rows.map((row) => [row.username, row]));
    },
  };
}
export type LineActions = Awaited<ReturnType<typeof setUpLineActions>>;

/** Why rows failed or were not undone. */
export async function refusalsOf({ rows }: LineActions, jobId: string): Promise<(string | undefined)[]> {
  return (await rows(jobId)).map(({ errors }) => errors?.[0]?.message);
}
