import { LinekeeperError } from '../../errors.ts';
import type { Reader } from '../../store/database.ts';
import { releaseFiles } from '../../store/phones/releases.ts';
import type { Catalogue } from '../definitions/catalogue.ts';
import type { Catalogues } from '../definitions/catalogues.ts';

/** Definitions and templates as they were, for phones that are held at them. @throws NOT_FOUND */
export function releaseCatalogue(reader: Reader, catalogues: Catalogues, hash: string): Promise<Catalogue> {
  return catalogues.ofRelease(hash, async () => {
    const files = await releaseFiles(reader, hash);
    if (files === undefined) throw new LinekeeperError('NOT_FOUND', 'there is no such release of templates');
    return files;
  });
}
