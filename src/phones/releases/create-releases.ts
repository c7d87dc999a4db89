import type { Logger } from '../../log.ts';
import type { Database } from '../../store/database.ts';
import { markAllDevices } from '../../store/phones/dirty.ts';
import {
  forgetReleases,
  heldReleases,
  holdDevices,
  newestRelease,
  putRelease,
  releaseFiles,
} from '../../store/phones/releases.ts';
import type { Catalogue } from '../definitions/catalogue.ts';
import type { Catalogues } from '../definitions/catalogues.ts';
import type { RenderedFile, ResolvedPhone } from '../ports.ts';
import { renderAll } from '../render/render.ts';
import { type PhoneFacts, resolvePhones } from '../resolve/resolve.ts';
import type { RenderablePhone } from '../revisions/create-revisions.ts';
import { differenceOf } from './difference.ts';
import { releaseCatalogue } from './release-catalogue.ts';

export interface ReleasesOptions {
  db: Database;
  catalogues: Catalogues;
  facts: PhoneFacts;
  log: Logger;
  now?: () => number;
}

/** What became of looking at the files on disk. */
export interface Reloaded {
  hash: string;
  isNew: boolean;
  /** What differs from the release before. */
  note: string | null;
  /** Phones that stay with an older one until a roll-out. */
  held: number;
  problems: Catalogue['problems'];
}

/** Which definitions and templates each phone has: the newest, or those it is held at until a roll-out reaches it. */
export interface Releases {
  /** Keeps what is on disk as a release if it is another one. Before the first phone is looked at; once. */
  ready(): Promise<void>;
  /** Reads the files on disk again. @throws CONFIG_INVALID, TEMPLATE_INVALID when a shipped file is wrong; nothing changes then */
  reload(): Promise<Reloaded>;
  /** Of a release that some phone is held at. @throws NOT_FOUND */
  catalogueOf(hash: string): Promise<Catalogue>;
  /** For revisions: phones through all layers, each by its own release. */
  resolve(deviceIds: readonly string[]): Promise<Map<string, ResolvedPhone>>;
  render(phone: RenderablePhone): Promise<RenderedFile[]>;
}

/** Releases that are kept though nobody is held at them. */
const KEPT = 5;

export function createReleases({ db, catalogues, facts, log, now = Date.now }: ReleasesOptions): Releases {
  let isReady: Promise<unknown> | undefined;
  /** What phones that are not held have: the one on disk, from the moment on when the others were held. */
  let active: Catalogue | undefined;

  async function keep(catalogue: Catalogue): Promise<Reloaded> {
    const { hash, problems } = catalogue;
    for (const problem of problems) log.warn(problem, 'a file of your own for phones cannot be used');
    const before = await newestRelease(db.read);
    if (before === hash) {
      active = catalogue;
      return { hash, isNew: false, note: null, held: 0, problems };
    }
    const old = before === undefined ? undefined : await releaseFiles(db.read, before);
    const note = old === undefined ? null : differenceOf(old, catalogue.files);
    const held = await db.write(async (tx) => {
      await putRelease(tx, hash, JSON.stringify(catalogue.files), note);
      const count = before === undefined ? 0 : await holdDevices(tx, before, hash);
      await forgetReleases(tx, KEPT);
      return count;
    });
    active = catalogue;
    await db.write(markAllDevices);
    log.info({ release: hash, held, note }, 'definitions and templates of phones are others');
    return { hash, isNew: true, note, held, problems };
  }

  function ready(): Promise<unknown> {
    isReady ??= catalogues
      .current()
      .then(keep)
      .catch((error) => {
        isReady = undefined;
        throw error;
      });
    return isReady;
  }

  async function newest(): Promise<Catalogue> {
    return active ?? catalogues.current();
  }

  const catalogueOf = (hash: string) => releaseCatalogue(db.read, catalogues, hash);

  return {
    async ready() {
      await ready();
    },
    async reload() {
      await ready();
      return keep(await catalogues.reload());
    },
    catalogueOf,
    async resolve(deviceIds) {
      await ready();
      const held = await heldReleases(db.read, deviceIds);
      const groups = new Map<string | null, string[]>();
      for (const id of deviceIds) {
        const hash = held.get(id) ?? null;
        groups.set(hash, [...(groups.get(hash) ?? []), id]);
      }
      const found = new Map<string, ResolvedPhone>();
      for (const [hash, ids] of groups) {
        const catalogue = hash === null ? await newest() : await catalogueOf(hash);
        const phones = await resolvePhones(db.read, db.seal, catalogue, ids, facts);
        for (const [id, phone] of phones) found.set(id, phone);
      }
      return found;
    },
    async render({ releaseHash, view }) {
      const catalogue = releaseHash === null ? await newest() : await catalogueOf(releaseHash);
      return renderAll(catalogue, view, { year: new Date(now()).getUTCFullYear() });
    },
  };
}
