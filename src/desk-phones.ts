import { join } from 'node:path';
import { type Config, packageRoot } from './config.ts';
import type { Core } from './core.ts';
import { publicUrl } from './domain/public-url.ts';
import { type Catalogues, createCatalogues } from './phones/definitions/catalogues.ts';
import type { DeviceDeps } from './phones/devices/deps.ts';
import { releaseCatalogue } from './phones/releases/release-catalogue.ts';
import type { PhoneFacts } from './phones/resolve/resolve.ts';

/** Where phones fetch: as the settings say, else the listener that is on, TLS first. */
export function phonesUrl({ phones: { publicUrl: given, http, https } }: Config): string {
  if (given === '' && https.port !== 0) return publicUrl({ publicUrl: '', ...https }).replace(/^http:/, 'https:');
  return publicUrl({ publicUrl: given, ...http });
}

/** Where the operator's own definitions, templates and firmware are. */
export function phonesFolder({ phones, data }: Config): string {
  return phones.folder === '' ? join(data.folder, 'phones') : phones.folder;
}

/** What is shipped and what the operator adds; read with the first phone. */
export function phoneCatalogues(config: Config): Catalogues {
  return createCatalogues({ root: packageRoot, own: phonesFolder(config) });
}

/** What the use-cases of desk phones stand on. */
export function deskPhones(
  { db, extensions }: Pick<Core, 'db' | 'extensions'>,
  config: Config,
  catalogues: Catalogues = phoneCatalogues(config),
  firmwareFile: PhoneFacts['firmwareFile'] = () => undefined,
): DeviceDeps {
  return {
    seal: db.seal,
    catalogue: () => catalogues.current(),
    catalogueOf: (hash) => releaseCatalogue(db.read, catalogues, hash),
    facts: { publicUrl: phonesUrl(config), firmwareFile },
    accounts: extensions,
    windowMs: config.phones.windowHours * 3_600_000,
  };
}
