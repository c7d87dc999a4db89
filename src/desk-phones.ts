import { join } from 'node:path';
import { type Config, packageRoot } from './config.ts';
import type { Core } from './core.ts';
import { publicUrl } from './domain/public-url.ts';
import { LinekeeperError } from './errors.ts';
import { createCatalogues } from './phones/definitions/catalogues.ts';
import type { DeviceDeps } from './phones/devices/deps.ts';
import type { PhoneFacts } from './phones/resolve/resolve.ts';
import type { Database } from './store/database.ts';

/** Where phones fetch: as the settings say, else the listener that is on, TLS first. */
export function phonesUrl({ phones: { publicUrl: given, http, https } }: Config): string {
  if (given === '' && https.port !== 0) return publicUrl({ publicUrl: '', ...https }).replace(/^http:/, 'https:');
  return publicUrl({ publicUrl: given, ...http });
}

/** What the use-cases of desk phones stand on. Definitions are read with the first phone. */
export function deskPhones(
  { db, extensions }: Pick<Core, 'db' | 'extensions'>,
  config: Config,
  firmwareFile: PhoneFacts['firmwareFile'] = () => undefined,
): DeviceDeps {
  const own = config.phones.folder === '' ? join(config.data.folder, 'phones') : config.phones.folder;
  const catalogues = createCatalogues({ root: packageRoot, own });
  return {
    seal: db.seal,
    catalogue: () => catalogues.current(),
    catalogueOf: (hash) => catalogues.ofRelease(hash, () => releaseFiles(db, hash)),
    facts: { publicUrl: phonesUrl(config), firmwareFile },
    accounts: extensions,
    windowMs: config.phones.windowHours * 3_600_000,
  };
}

async function releaseFiles(db: Database, hash: string): Promise<Record<string, string>> {
  const release = await db.read.templateRelease.findUnique({ where: { hash } });
  if (release === null) throw new LinekeeperError('NOT_FOUND', `there is no release ${hash} of templates`);
  return JSON.parse(release.files) as Record<string, string>;
}
