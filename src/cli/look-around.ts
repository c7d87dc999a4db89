import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../config.ts';
import { remoteApi } from '../environment.ts';
import type { Finding } from './api/diagnostics-views.ts';
import type { CliError } from './cli-error.ts';

/** What can be said of a daemon that does not answer, from its data folder. */
export async function lookAround(error: CliError): Promise<Finding[]> {
  const findings: Finding[] = [{ subject: 'daemon', state: 'bad', text: error.message, advice: error.advice ?? null }];
  if (remoteApi() !== undefined) return findings;
  const { folder } = loadConfig().data;
  if (!existsSync(folder)) {
    const advice = 'It is made by the first start. For another place set LINEKEEPER_DATA.';
    return [...findings, { subject: 'data folder', state: 'attention', text: `${folder} does not exist`, advice }];
  }
  findings.push(folderFinding(folder), databaseFinding(folder), keyFinding(folder));
  return findings;
}

function folderFinding(folder: string): Finding {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    const advice = 'Run this as the user of the daemon, or give the folder to this user.';
    return { subject: 'data folder', state: 'bad', text: `${folder} is not ours to read and write`, advice };
  }
  const { bavail, bsize } = statfsSync(folder);
  const megabytes = Math.round((bavail * bsize) / 1e6);
  return megabytes < 200
    ? { subject: 'disk', state: 'bad', text: `${megabytes} MB left in ${folder}`, advice: 'Make room.' }
    : { subject: 'data folder', state: 'ok', text: `${folder}, ${megabytes} MB free`, advice: null };
}

function databaseFinding(folder: string): Finding {
  const file = join(folder, 'linekeeper.db');
  if (!existsSync(file)) {
    return { subject: 'database', state: 'attention', text: 'there is none yet', advice: 'The first start makes it.' };
  }
  const megabytes = Math.round(statSync(file).size / 1e5) / 10;
  return { subject: 'database', state: 'ok', text: `${file}, ${megabytes} MB`, advice: null };
}

function keyFinding(folder: string): Finding {
  const file = join(folder, 'linekeeper.key');
  if (existsSync(file)) {
    const mode = statSync(file).mode & 0o077;
    return mode === 0
      ? { subject: 'key file', state: 'ok', text: file, advice: null }
      : { subject: 'key file', state: 'bad', text: `${file} can be read by others`, advice: `chmod 600 ${file}` };
  }
  if (!existsSync(join(folder, 'linekeeper.db'))) {
    return { subject: 'key file', state: 'attention', text: 'there is none yet', advice: 'The first start makes it.' };
  }
  const advice = 'Restore it from your backup: without it no stored secret can be opened.';
  return { subject: 'key file', state: 'bad', text: `${file} is missing`, advice };
}
