import type { ImportFiles } from './files.ts';
import type { EngineDeps } from './jobs/kind.ts';
import type { ImportTableName } from './tables/shape.ts';
import type { ImportTable } from './tables/table.ts';

export interface ImportLimits {
  maxBytes: number;
  maxRows: number;
  /** Days that an upload nobody starts, and the failed rows of an ended import, stay on the disk. */
  keepDays: number;
  /** Days that the results of an ended job are kept, and with them its undo. undefined: for ever. */
  keepResultsDays?: number;
  /** Rows of one transaction. */
  chunkRows?: number;
}

/** What imports stand on besides the engine. */
export interface ImportDeps extends EngineDeps {
  tables: Readonly<Record<ImportTableName, ImportTable>>;
  files: ImportFiles;
  limits: ImportLimits;
}

export const CHUNK_ROWS = 1000;
