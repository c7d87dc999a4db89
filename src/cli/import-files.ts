import type { Api } from './api/client.ts';
import type { Import } from './api/views.ts';
import { saveFile } from './save-file.ts';

export interface ImportFileOptions {
  result?: string;
  failed?: string;
  credentials?: string;
}

/** Saves the files that were asked for; answers a line for each. */
export async function saveImportFiles(api: Api, job: Import, files: ImportFileOptions): Promise<string[]> {
  const lines: string[] = [];
  const path = `/imports/${job.id}`;
  if (files.result !== undefined) {
    await saveFile(files.result, () => api.download(`${path}/result.csv`));
    lines.push(`what happened to each row: ${files.result}`);
  }
  if (job.failed > 0 && files.failed === undefined) {
    lines.push(`save the failed rows: linekeeper imports show ${job.id} --failed failed.csv`);
  } else if (job.failed > 0 && files.failed !== undefined) {
    await saveFile(files.failed, () => api.download(`${path}/failed.csv`));
    lines.push(`failed rows: ${files.failed}`);
  }
  if (files.credentials !== undefined && job.credentials === 'available') {
    await saveFile(files.credentials, () => api.download(`${path}/credentials`));
    lines.push(`secrets and PINs, given this once: ${files.credentials} (mode 0600)`);
  } else if (files.credentials !== undefined) {
    lines.push(job.credentials === 'taken' ? 'the credentials were taken already' : 'no credentials were made');
  } else if (job.credentials === 'available') {
    lines.push(`take the secrets and PINs, once: linekeeper imports show ${job.id} --credentials credentials.csv`);
  }
  return lines;
}
