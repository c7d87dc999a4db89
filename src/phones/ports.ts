import { EventEmitter } from 'node:events';
import type { FieldError } from '../errors.ts';
import type { FileDefinition } from './definitions/schema.ts';
import type { PhoneView } from './phone-view.ts';

/** One file as a phone gets it. */
export interface RenderedFile {
  /** What it is called for this phone. */
  name: string;
  definition: FileDefinition;
  contentType: string;
  bytes: Buffer;
  /** SHA-256 of the bytes, hex, cut to 32. */
  etag: string;
}

/** A phone's files, or why there are none. */
export type PhoneFiles =
  | {
      deviceId: string;
      revision: number;
      /** Over all files that have a name in their definition, but phonebooks: `revisionHash`. */
      hash: string;
      view: PhoneView;
      /** In the order of the definition. */
      files: readonly RenderedFile[];
    }
  | { deviceId: string; problems: readonly FieldError[] };

/** What the database knows of a phone, resolved through all layers. */
export type ResolvedPhone =
  | { deviceId: string; companyId: string; vendor: string; releaseHash: string | null; view: PhoneView }
  | { deviceId: string; problems: readonly FieldError[] };

/** The files of phones as they stand in the database now, made once and kept while nothing changes. */
export interface Revisions {
  /** After a commit: forgets what it made stale. Awaited before anything is read of a phone; nothing to do costs nothing. */
  look(): Promise<void>;
  /** Raises a phone's revision when its files have become different. Ids of phones that are gone are missing. */
  of(deviceIds: readonly string[]): Promise<Map<string, PhoneFiles>>;
}

interface SignalMap {
  /** Something about these phones changed: whoever keeps a copy forgets it. Said before their marks go. */
  stale: [deviceIds: readonly string[]];
  /** The main file of this revision was given out (200 or 304). */
  fetched: [event: { deviceId: string; revision: number; at: number }];
}

/** How the parts of `phones` hear of each other. */
export class PhoneSignals extends EventEmitter<SignalMap> {}
