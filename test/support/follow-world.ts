import type { Test } from 'tap';
import type { ModelDefinition, VendorDefinition } from '../../src/phones/definitions/schema.ts';
import { createFollower, type FollowerOptions } from '../../src/phones/follow/create-follower.ts';
import { createRotations } from '../../src/phones/follow/rotations.ts';
import type { PhoneView } from '../../src/phones/phone-view.ts';
import { PhoneSignals, type RenderedFile } from '../../src/phones/ports.ts';
import { resolvePhones } from '../../src/phones/resolve/resolve.ts';
import { createRevisions } from '../../src/phones/revisions/create-revisions.ts';
import { until } from './asterisk.ts';
import { type CoreOptions, startCore } from './core.ts';
import { insertDevice, noteFetched, seenOf } from './devices.ts';
import { createSipPhone, type SipPhone } from './sip-phone.ts';

const VENDORS: Record<string, { resync: string; reboot: string | null }> = {
  yealink: { resync: 'check-sync;reboot=false', reboot: 'check-sync;reboot=true' },
  grandstream: { resync: 'resync', reboot: 'check-sync' },
  mute: { resync: 'check-sync', reboot: null },
};

const model = (vendor: string) =>
  ({
    ...{ vendor, id: 'T54W', family: 't5', aliases: [], accounts: 16, keys: { line: 27, programmable: 0 } },
    ...{ expansion: null, codecs: ['alaw', 'ulaw', 'g722'], caps: {}, settings: {} },
  }) as unknown as ModelDefinition;

const catalogue = {
  vendors: new Map(Object.keys(VENDORS).map((id) => [id, { id, name: id, files: [] } as unknown as VendorDefinition])),
  modelOf: (vendor: string) => model(vendor),
};

/** Every secret and label of a phone as its only file: what it registers with is what the file says. */
function renderLines(view: PhoneView): RenderedFile[] {
  const bytes = Buffer.from(JSON.stringify([view.label, view.lines]));
  const definition = { match: 'x', kind: 'device' as const, name: 'x', isMain: true };
  return [{ name: 'x', definition, contentType: 'text/plain', bytes, etag: bytes.toString('base64') }];
}

const SOON: FollowerOptions['limits'] = { notifiesPerSecond: 50, fetchSeconds: 3, registerSeconds: 6 };

/** A core on a real Asterisk whose phones are told and followed; phones fetch by a call instead of over HTTP. */
export async function startFollowWorld(
  t: Test,
  options: { limits?: Partial<FollowerOptions['limits']>; core?: CoreOptions } = {},
) {
  const test = await startCore(t, options.core);
  const { core, log, pbx } = test;
  const { db } = core;
  const signals = new PhoneSignals();
  const facts = { publicUrl: 'http://127.0.0.1', firmwareFile: () => undefined };
  const revisions = createRevisions({
    db,
    signals,
    log,
    quietSeconds: 0.3,
    resolve: (ids) => resolvePhones(db.read, db.seal, catalogue, ids, facts),
    render: ({ view }) => renderLines(view),
  });
  const change = (work: Parameters<typeof core.changes.run>[0]) => core.changes.run(work);
  const make = (limits: Partial<FollowerOptions['limits']> = {}) =>
    createFollower({
      db,
      signals,
      log,
      limits: { ...SOON, ...options.limits, ...limits },
      notifyEvents: (vendor) => VENDORS[vendor],
      pbx: (id) => core.connection(id).connection.port,
      rotations: createRotations({ db, change: (work) => change(work) }),
    });
  const follower = make();
  t.teardown(async () => {
    await follower.stop();
    await revisions.stop();
  });
  revisions.start();
  follower.start();
  let number = 1000;

  const self = {
    ...test,
    db,
    follower,
    revisions,
    signals,
    make,
    /** A phone with lines that has fetched its files once and is registered. */
    async phone(input: { vendor?: string; lines?: number } = {}) {
      const { vendor = 'yealink', lines = 1 } = input;
      const extensions = [];
      for (let i = 0; i < lines; i++) extensions.push(await test.create(test.acme, String(++number)));
      await test.synced();
      const accounts = await db.read.sipAccount.findMany({
        where: { extensionId: { in: extensions.map(({ id }) => id) } },
        orderBy: { id: 'asc' },
      });
      const id = await insertDevice(db, { companyId: test.acme, vendor, accountIds: accounts.map((one) => one.id) });
      const sip = await createSipPhone(t, pbx.sipPort);
      const phone = { id, sip, extensionId: extensions[0]?.id as string, endpoint: String(number - lines + 1) };
      await self.fetch(id);
      await self.register(phone);
      await self.settled(id, 'registered');
      return phone;
    },
    /** Takes the files as the phone would; answers the view that they were made of. */
    async fetch(id: string): Promise<PhoneView> {
      const files = (await revisions.of([id])).get(id);
      if (files === undefined || 'problems' in files) throw new Error(`no files: ${JSON.stringify(files)}`);
      const at = await noteFetched(db, id, files.revision);
      signals.emit('fetched', { deviceId: id, revision: files.revision, at });
      return files.view;
    },
    /** Registers all its lines with what its files say. */
    async register({ id, sip }: { id: string; sip: SipPhone }): Promise<number[]> {
      const files = (await revisions.of([id])).get(id);
      if (files === undefined || 'problems' in files) throw new Error('no files');
      const codes = [];
      for (const { endpoint, secret } of files.view.lines) {
        codes.push(await sip.register({ user: endpoint, secret }, 300 + Math.floor(Math.random() * 3000)));
      }
      return codes;
    },
    settled: (id: string, state: string) =>
      until(async () => {
        const seen = await seenOf(db, id);
        return seen.followState === state ? seen : undefined;
      }, `${id} to be ${state}`).catch(async (error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify(await seenOf(db, id))}`);
      }),
    label: (id: string, label: string) => db.write((tx) => tx.device.update({ where: { id }, data: { label } })),
  };
  return self;
}
