import type { Test } from 'tap';
import type { Json } from './app.ts';
import { type JobsApp, type JobsOptions, setUpJobs } from './jobs.ts';

export interface TablesApp extends JobsApp {
  /** Uploads a file as it is and answers what the API says. */
  upload(query: string, csv: string | Buffer, token?: string): Promise<{ status: number; body: Json }>;
  /** Imports a file to its end: the job, and what became of each row as `line result codes`. */
  import(query: string, csv: string, token?: string): Promise<{ job: Json; rows: string[] }>;
  export(table: string, query?: string, token?: string): Promise<string>;
}

/** The production app with imports and exports, with the company `acme`. */
export async function setUpTables(t: Test, options: JobsOptions = {}): Promise<TablesApp> {
  const jobs = await setUpJobs(t, options);
  const { api, acme } = jobs;
  const admin = await api.token(['admin']);
  const self: TablesApp = {
    ...jobs,
    async upload(query, payload, token = admin) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'text/csv' };
      const url = `/api/v1/imports?companyId=${acme.id}&${query}`;
      const response = await api.inject({ method: 'POST', url, headers, payload });
      return { status: response.statusCode, body: response.json() };
    },
    async import(query, csv, token) {
      const { status, body } = await self.upload(`start=true&${query}`, csv, token);
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
      const job = await jobs.reaches(body.id, 'done', 'failed', 'paused');
      if (job.state !== 'done') throw new Error(JSON.stringify(job));
      return { job, rows: (await jobs.rows(body.id)).map(rowText) };
    },
    async export(table, query = '', token = admin) {
      const headers = { authorization: `Bearer ${token}` };
      const url = `/api/v1/exports/${table}?companyId=${acme.id}&${query}`;
      const response = await api.inject({ method: 'GET', url, headers });
      if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${response.body}`);
      return response.body;
    },
  };
  return self;
}

export function rowText({ line, result, errors }: Json): string {
  return [line, result, ...errors.map(({ column, code }: Json) => `${column} ${code}`)].join(' ');
}
