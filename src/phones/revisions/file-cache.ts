import { LRUCache } from 'lru-cache';
import type { PhoneFiles } from '../ports.ts';

export interface FileCache {
  get(deviceId: string): PhoneFiles | undefined;
  put(files: PhoneFiles): void;
  drop(deviceIds: Iterable<string>): void;
  clear(): void;
}

/** Of one entry besides its bytes: names, view, keys of the map. */
const OVERHEAD = 2048;

/** Files of the phones that asked last, `maxBytes` at most. */
export function createFileCache(maxBytes: number): FileCache {
  const cache = new LRUCache<string, PhoneFiles>({ maxSize: maxBytes, sizeCalculation: sizeOf });
  return {
    get: (deviceId) => cache.get(deviceId),
    put: (files) => void cache.set(files.deviceId, files),
    drop(deviceIds) {
      for (const id of deviceIds) cache.delete(id);
    },
    clear: () => cache.clear(),
  };
}

function sizeOf(files: PhoneFiles): number {
  if ('problems' in files) return OVERHEAD;
  return files.files.reduce((bytes, file) => bytes + file.bytes.length, OVERHEAD);
}
