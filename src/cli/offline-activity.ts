import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Verification } from './api/views.ts';
import { CliError } from './cli-error.ts';

/** Verifies the activity log in the data folder without a daemon: opens the database for reading. */
export async function verifyOffline(): Promise<Verification> {
  // Loaded late: every other command starts faster without them.
  const { loadConfig } = await import('../config.ts');
  const { folder } = loadConfig().data;
  const file = join(folder, 'linekeeper.db');
  if (!existsSync(file)) {
    throw new CliError('NOT_FOUND', `there is no database in ${folder}`, { advice: 'Set LINEKEEPER_DATA.' });
  }
  const { verifyFile } = await import('../store/activity/verify-file.ts');
  return verifyFile(file, join(folder, 'linekeeper.key'));
}
