import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { v7 as uuid } from 'uuid';
import { type Config, loadConfig } from '../../src/config.ts';
import { type Core, openCore } from '../../src/core.ts';
import type { ExtensionExtras, ExtensionInput } from '../../src/domain/extension-input.ts';
import { createCompany } from '../../src/people/companies.ts';
import type { CompanyInput } from '../../src/people/company-input.ts';
import { desiredObjects } from '../../src/plan/project.ts';
import type { PbxStatus } from '../../src/reconciler/types.ts';
import { desiredOfPbx } from '../../src/store/desired.ts';
import { createDigests } from '../../src/store/digests.ts';
import { sealLogins } from '../../src/store/pbxes.ts';
import { type AsteriskOverrides, startAsterisk, type TestAsterisk, until } from './asterisk.ts';
import type { RawAmi } from './raw-ami.ts';

interface Teardown {
  teardown(work: () => unknown): void;
}

export interface CoreOptions {
  asterisk?: AsteriskOverrides;
  sync?: Partial<Config['sync']>;
  policy?: 'enforce' | 'report' | 'adopt';
  pinConflict?: 'phone' | 'database';
}

const ACTOR = { actor: 'test', ifVersion: undefined };
const ACME: CompanyInput = {
  name: 'Acme',
  slug: 'acme',
  country: 'DE',
  timezone: 'Europe/Berlin',
  ranges: [['1000', '1999']],
};

/** A real Asterisk, and the product's core on a temporary data folder in step with it, with the company `acme`. */
export async function startCore(t: Teardown, options: CoreOptions = {}) {
  const pbx = await startAsterisk(t, options.asterisk);
  const ami = await pbx.raw();
  t.teardown(() => ami.close());
  const test = await openTestCore(t, pbx, options);
  const acme = await test.company(ACME);
  await test.synced();
  return Object.assign(test, { pbx, ami, acme });
}

/** The core alone on an Asterisk that runs already; `folder` holds the data of an earlier one. */
export async function openTestCore(t: Teardown, pbx: TestAsterisk, options: CoreOptions = {}, folder = newFolder(t)) {
  const config = loadConfig({ LINEKEEPER_DATA: folder });
  Object.assign(config.sync, { reloadQuietMs: 100, reloadMaxMs: 1000 }, options.sync);
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  let core: Core = await openCore(config, log);
  t.teardown(() => core.stop());
  const pbxId = (await core.db.read.pbx.findFirst())?.id ?? (await addPbx(core, pbx, options));
  await core.fleet.start();

  const self = {
    folder,
    pbxId,
    logged,
    log,
    get core() {
      return core;
    },
    async stop() {
      await core.stop();
    },
    async start() {
      core = await openCore(config, log);
      await core.fleet.start();
    },
    /** A change of the database while the core is stopped, as a backup that is put back would make it. */
    async offline(work: () => Promise<unknown>): Promise<void> {
      const running = core;
      core = await openCore(config, log);
      await work().finally(() => core.stop());
      core = running;
    },
    async status(): Promise<PbxStatus> {
      const [status] = await core.fleet.status();
      if (status === undefined) throw new Error('there is no PBX');
      return status;
    },
    /** Until the PBX is in step and nothing waits or failed. */
    async synced(): Promise<void> {
      let last: unknown;
      await until(async () => {
        const status = await self.status();
        last = status;
        return status.state === 'in-sync' && status.pending === 0 && status.failed === 0;
      }, 'the PBX to be in step').catch(async (error: Error) => {
        const marks = await core.db.read.outbox.findMany({ take: 5 });
        throw new Error(`${error.message}; ${JSON.stringify({ last, marks, log: logged.slice(-5) })}`);
      });
    },
    /** A full audit with all that follows from it. */
    async audit(): Promise<void> {
      await core.fleet.run(pbxId);
      await self.synced();
    },
    /** As if everything had been applied, and seen by an audit, long ago: what differs now is drift. */
    async age() {
      await core.db.write((tx) => tx.appliedObject.updateMany({ data: { appliedAt: new Date(0) } }));
    },
    async company(input: Partial<CompanyInput> & { slug: string }): Promise<string> {
      const full = { ...ACME, name: input.slug, ...input };
      return (await core.changes.run((tx) => createCompany(tx, ACTOR, full))).value;
    },
    /** Commits a new extension; not in step yet. */
    async create(
      companyId: string,
      number: string,
      input: ExtensionInput = {},
      extras: Omit<ExtensionExtras, 'number'> = {},
    ) {
      const context = { ...ACTOR, companyId, allowWeakPins: true };
      const named = { displayName: `Ext ${number}`, ...input };
      return (await core.changes.run((tx) => core.extensions.create(tx, context, number, named, extras))).value;
    },
    async update(id: string, input: ExtensionInput) {
      await core.changes.run((tx) => core.extensions.update(tx, { ...ACTOR, allowWeakPins: true }, id, input));
    },
    async remove(id: string) {
      await core.changes.run((tx) => core.extensions.remove(tx, ACTOR, id));
    },
    async rotate(id: string, ordinal = 1): Promise<string> {
      return (await core.changes.run((tx) => core.extensions.rotateSecret(tx, ACTOR, id, ordinal))).value.secret;
    },
    /** What the PBX should hold, from the database. */
    async desired(): Promise<Record<string, string>> {
      const sources = desiredOfPbx(core.db.read, core.db.seal, createDigests(core.db.seal), pbxId);
      return sorted([...desiredObjects(sources)].map(([ref, { value }]) => [ref, value]));
    },
    async pin(extensionId: string): Promise<string> {
      const mailbox = await core.db.read.mailbox.findUniqueOrThrow({ where: { extensionId } });
      return core.db.seal.open(mailbox.pinSealed, `Mailbox:${mailbox.id}`);
    },
    /** The activity log from `from` on, oldest first. */
    async activity(action?: string) {
      const rows = await core.db.read.auditEvent.findMany({ orderBy: { id: 'asc' } });
      const events = rows.map((row) => ({ ...row, details: JSON.parse(row.details ?? 'null') }));
      return action === undefined ? events : events.filter((event) => event.action === action);
    },
  };
  return self;
}

async function addPbx(core: Core, pbx: TestAsterisk, { policy = 'enforce', pinConflict = 'phone' }: CoreOptions) {
  const id = uuid();
  const times = { createdAt: new Date(), updatedAt: new Date() };
  const loginsSealed = sealLogins(core.db, id, pbx.logins);
  const address = { host: pbx.host, amiPort: pbx.amiPort, wsUrl: pbx.wsUrl };
  await core.db.write((tx) =>
    tx.pbx.create({
      data: { id, name: 'local', ...address, loginsSealed, driftPolicy: policy, pinConflict, ...times },
    }),
  );
  return id;
}

/** All of ours that the PBX holds, read without a line of the product: AstDB over AMI, files from the disk. */
export async function onPbx(pbx: TestAsterisk, ami: RawAmi): Promise<Record<string, string>> {
  const prefix = '/linekeeper/';
  const objects = [...(await ami.dbTree('linekeeper'))]
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]): [string, string] => [key.slice(prefix.length), value]);
  const files = readdirSync(pbx.configDir).filter((name) => /^linekeeper-voicemail-\d\d\.conf$/.test(name));
  for (const { section, name, value } of files.flatMap((file) => entriesOf(join(pbx.configDir, file)))) {
    objects.push([`mailbox/${name}@${section}`, value]);
  }
  const contexts = new Map<string, string[]>();
  for (const { section, name, value } of entriesOf(join(pbx.configDir, 'linekeeper-companies.conf'))) {
    contexts.set(section, [...(contexts.get(section) ?? []), `${name} = ${value}`]);
  }
  for (const [section, lines] of contexts) objects.push([`context/${section}`, lines.join('\n')]);
  return sorted(objects);
}

function entriesOf(file: string): { section: string; name: string; value: string }[] {
  let section = '';
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const header = /^\[(.+?)\]/.exec(line)?.[1];
      if (header !== undefined) section = header;
      const [, name, value] = /^([^;[\s=]+)\s*=>?\s*(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [{ section, name, value }];
    });
}

function sorted(entries: [string, string][]): Record<string, string> {
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function newFolder(t: Teardown): string {
  const folder = mkdtempSync(join(tmpdir(), 'lk-core-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
