import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { dryRunCsv, dryRunJson } from '../bulk/dry-run-text.ts';
import type { ImportView } from '../bulk/import-view.ts';
import type { Imports } from '../bulk/imports.ts';
import { sendCsv } from './csv-file.ts';
import type { Principal } from './scopes.ts';

/** Answers with every error as it is found; ends when the caller goes away. */
export async function answerDryRun(
  imports: Imports,
  view: ImportView,
  caller: Principal,
  format: 'json' | 'csv',
  reply: FastifyReply,
) {
  const abort = new AbortController();
  reply.raw.once('close', () => abort.abort());
  const run = await imports.dryRun(view.id, caller, abort.signal);
  if (format === 'csv') return sendCsv(reply, `import-${view.id}-errors.csv`, Readable.from(dryRunCsv(view, run)));
  reply.header('content-type', 'application/json; charset=utf-8');
  return reply.send(Readable.from(dryRunJson('import', view, run)));
}
