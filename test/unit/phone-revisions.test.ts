import { createHash } from 'node:crypto';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { LinekeeperError } from '../../src/errors.ts';
import type { PhoneView } from '../../src/phones/phone-view.ts';
import { PhoneSignals, type RenderedFile, type ResolvedPhone } from '../../src/phones/ports.ts';
import { createRevisions } from '../../src/phones/revisions/create-revisions.ts';
import { insertDevice, noteFetched, seenOf } from '../support/devices.ts';
import { setupLines } from '../support/lines.ts';

const main = { match: 'x', kind: 'device', name: '{mac}.cfg', isMain: true } as const;
const unnamed = { match: 'x', kind: 'common' } as const;

function file(text: string, definition: RenderedFile['definition'] = main): RenderedFile {
  const bytes = Buffer.from(text);
  const etag = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  return { name: 'x.cfg', definition, contentType: 'text/plain', bytes, etag };
}

/** Revisions of devices whose only file is their label and the name of their site's time zone. */
async function setup(t: Test, options: { cacheBytes?: number } = {}) {
  const lines = await setupLines(t);
  const { db } = lines;
  const rendered: string[] = [];
  const broken = new Set<string>();
  const stale: string[][] = [];
  const signals = new PhoneSignals();
  signals.on('stale', (ids) => void stale.push([...ids]));
  let gate: Promise<void> | undefined;
  const open = () =>
    createRevisions({
      db,
      signals,
      log: pino({ level: 'silent' }),
      quietSeconds: 5,
      ...options,
      async resolve(ids) {
        const rows = await db.read.device.findMany({ where: { id: { in: [...ids] } }, include: { site: true } });
        const text = (row: (typeof rows)[number]) => `${row.label} ${row.site?.timezone}`;
        const phones = rows.map((row): [string, ResolvedPhone] => [
          row.id,
          {
            ...{ deviceId: row.id, companyId: row.companyId, vendor: row.vendor, releaseHash: null },
            view: { label: text(row) } as PhoneView,
          },
        ]);
        await gate;
        return new Map(phones);
      },
      render({ deviceId, view }) {
        rendered.push(deviceId);
        if (broken.has(deviceId)) throw new LinekeeperError('TEMPLATE_INVALID', 'line 3: no such variable');
        return [file(view.label), file('the same for all', unnamed)];
      },
    });
  const revisions = open();
  t.teardown(() => revisions.stop());
  const change = (id: string, label: string) => db.write((tx) => tx.device.update({ where: { id }, data: { label } }));
  return {
    ...lines,
    revisions,
    open,
    rendered,
    broken,
    stale,
    change,
    marks: () => db.read.deviceDirty.count(),
    /** Nothing is resolved to the end until the function that it gives is called. */
    hold() {
      let release!: () => void;
      gate = new Promise((resolve) => {
        release = resolve;
      });
      return () => {
        gate = undefined;
        release();
      };
    },
  };
}

const revisionOf = (files: unknown) => (files as { revision?: number } | undefined)?.revision;

t.test('a revision rises when the files have become different, and not when they have not', async (t) => {
  const { db, revisions, change, rendered } = await setup(t);
  const id = await insertDevice(db, { label: 'one' });
  const first = (await revisions.of([id])).get(id);
  t.equal(revisionOf(first), 1);
  t.same(await seenOf(db, id), { ...(await seenOf(db, id)), wantedRevision: 1, followState: null });
  await change(id, 'one');
  t.equal(revisionOf((await revisions.of([id])).get(id)), 1, 'written again as it was');
  t.equal(rendered.length, 2);
  await revisions.of([id]);
  t.equal(rendered.length, 2, 'and kept while nothing changes');
  await change(id, 'two');
  t.equal(revisionOf((await revisions.of([id])).get(id)), 2);
});

t.test('only devices that changed are made again', async (t) => {
  const { db, revisions, change, rendered, stale } = await setup(t);
  const ids = [];
  for (let i = 0; i < 30; i++) ids.push(await insertDevice(db, { label: `phone ${i}` }));
  revisions.start();
  await revisions.drained();
  t.equal(new Set(rendered).size, 30);
  rendered.length = stale.length = 0;
  await change(ids[7] as string, 'another');
  await revisions.drained();
  t.same(rendered, [ids[7]]);
  t.same(stale, [[ids[7]]], 'and whoever keeps a copy hears of it');
  t.equal((await seenOf(db, ids[7] as string)).wantedRevision, 2);
  t.equal((await seenOf(db, ids[8] as string)).wantedRevision, 1);
});

t.test('complaint 18: a change is to be told to every phone that has ever fetched, and to no other', async (t) => {
  const { db, revisions, marks } = await setup(t);
  const here = await insertDevice(db, { label: 'a', siteId: 'acme-hq' });
  const isNew = await insertDevice(db, { label: 'b', siteId: 'acme-hq' });
  const elsewhere = await insertDevice(db, { label: 'c' });
  revisions.start();
  await revisions.drained();
  await noteFetched(db, here, 1);
  await noteFetched(db, elsewhere, 1);
  const before = Date.now();
  await db.write((tx) => tx.site.update({ where: { id: 'acme-hq' }, data: { timezone: 'Asia/Kolkata' } }));
  await revisions.drained();
  t.equal(await marks(), 0);
  const told = await seenOf(db, here);
  t.match(told, { followState: 'queued', followKind: 'resync', followRevision: 2, wantedRevision: 2 });
  t.ok((told.followAt?.getTime() ?? 0) >= before + 5000, 'after a while in which more may change');
  t.match(await seenOf(db, isNew), { followState: null, wantedRevision: 2 }, 'it will fetch the newest anyway');
  t.match(await seenOf(db, elsewhere), { followState: null, wantedRevision: 1 });
});

t.test('what cannot be made says why, keeps its revision, and comes back', async (t) => {
  const { db, revisions, change, broken } = await setup(t);
  const id = await insertDevice(db, { label: 'one' });
  await revisions.of([id]);
  broken.add(id);
  await change(id, 'two');
  t.match((await revisions.of([id])).get(id), { problems: [{ code: 'TEMPLATE_INVALID', message: /line 3/ }] });
  const seen = await seenOf(db, id);
  t.equal(seen.wantedRevision, 1);
  t.match(JSON.parse(seen.problems ?? ''), [{ code: 'TEMPLATE_INVALID' }]);
  broken.clear();
  await change(id, 'three');
  t.equal(revisionOf((await revisions.of([id])).get(id)), 2);
  t.equal((await seenOf(db, id)).problems, null);
});

t.test('what changes while a phone is being made is not lost', async (t) => {
  const { db, revisions, change, hold } = await setup(t);
  const id = await insertDevice(db, { label: 'one' });
  await revisions.of([id]);
  await change(id, 'two');
  const release = hold();
  const during = revisions.of([id]);
  await new Promise((resolve) => setImmediate(resolve));
  await change(id, 'three');
  release();
  await during;
  const files = (await revisions.of([id])).get(id);
  t.match(files, { view: { label: /^three/ } });
});

t.test('marks survive a daemon that dies between making and taking them off', async (t) => {
  const { db, revisions, change, open, marks } = await setup(t);
  const id = await insertDevice(db, { label: 'one' });
  revisions.start();
  await revisions.drained();
  await revisions.stop();
  await change(id, 'two');
  const dying = open();
  await dying.of([id]);
  await dying.stop();
  t.equal(await marks(), 1, 'made, and still marked');
  t.equal((await seenOf(db, id)).wantedRevision, 2);
  const next = open();
  t.teardown(() => next.stop());
  next.start();
  await next.drained();
  t.equal(await marks(), 0);
  t.equal((await seenOf(db, id)).wantedRevision, 2, 'looked at twice, raised once');
});

t.test('a device that is gone is missing, and its mark goes', async (t) => {
  const { db, revisions, marks } = await setup(t);
  const id = await insertDevice(db, { label: 'one' });
  await db.write((tx) => tx.device.delete({ where: { id } }));
  t.same([...(await revisions.of([id])).keys()], []);
  revisions.start();
  await revisions.drained();
  t.equal(await marks(), 0);
});

t.test('the cache keeps to its size', async (t) => {
  const { db, revisions, rendered } = await setup(t, { cacheBytes: 5000 });
  const ids = [];
  for (let i = 0; i < 10; i++) ids.push(await insertDevice(db, { label: `phone ${i}` }));
  await revisions.of(ids);
  rendered.length = 0;
  await revisions.of([ids[9] as string]);
  t.same(rendered, [], 'the last one is kept');
  await revisions.of([ids[0] as string]);
  t.same(rendered, [ids[0]], 'the first one is not');
});
