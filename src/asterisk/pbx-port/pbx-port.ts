import { type Ref, refOf } from '../../plan/pbx-object.ts';
import type { Observation, PbxPort, Reload, Write, WriteResult } from '../../plan/ports.ts';
import { type AmiLog, silentLog } from '../ami/log.ts';
import { AstDb, type AstDbWrite } from './astdb.ts';
import { startTestCall, type TestCall, type Transfer, transferCall } from './call-control.ts';
import { CallJournal } from './call-journal.ts';
import { Channels, type Ended } from './channels.ts';
import { ClaimBook } from './claim-book.ts';

import { ConfigFiles } from './config-files.ts';
import { Contacts, type PbxContact } from './contacts.ts';
import { createCounters, type PbxCounters } from './counters.ts';
import { readDeviceStates } from './device-states.ts';
import { FileView } from './file-view.ts';
import { type FileWrite, writeFileObjects } from './file-writer.ts';
import { type ForeignConfig, readForeignConfig, readForeignEndpoints } from './foreign-endpoints.ts';
import type { PbxLinks } from './links.ts';
import { type LiveChannel, readChannels } from './live-channels.ts';
import { type MailboxCount, readMailboxCount } from './mailbox-counts.ts';
import { notifyPhone, type PhoneNotify } from './notify-phone.ts';
import { pipelined } from './pipelined.ts';
import {
  type AstDbPlace,
  COMPANIES_FILE,
  type FilePlace,
  type Place,
  placeOf,
  voicemailFile,
  voicemailFileOf,
} from './place.ts';
import { failure } from './results.ts';
import { Serial } from './serial.ts';
import { sendTextMessage, type TextMessage } from './text-messages.ts';

export type { PbxContact };

export interface PbxPortOptions {
  links: PbxLinks;
  /** How many voicemail files the operator's voicemail.conf includes. Part of where a mailbox lives: it never changes. */
  voicemailFiles?: number;
  log?: AmiLog;
}

/** The port, and what doctor and verify ask besides. Everything throws LinekeeperError. */
export interface AsteriskPort extends PbxPort {
  readonly counters: Readonly<PbxCounters>;
  /** The phones registered at an aor now. */
  contactsOf(aor: string): Promise<PbxContact[]>;
  /** Each time that we have thrown phones off: Asterisk says nothing of it. Gives the function that ends it. */
  onDropped(listener: (aors: readonly string[]) => void): () => void;
  /** All phones that are registered now, by aor. */
  allContacts(): Promise<Map<string, PbxContact[]>>;
  /** States (`NOT_INUSE`) that Asterisk remembers, by device (`PJSIP/1001`). @throws AMI_REFUSED without res_manager_devicestate */
  deviceStates(): Promise<Map<string, string>>;
  /** What the operator keeps in pjsip.conf, pjsip_wizard.conf and voicemail.conf, passwords and PINs included. */
  foreignConfig(): Promise<ForeignConfig>;
  /** Messages of a mailbox, `number@context`. */
  mailboxCount(mailbox: string): Promise<MailboxCount>;
  /** All channels that are up now. */
  liveChannels(): Promise<LiveChannel[]>;
  /** Hangs up all channels of one call by their exact names, and looks until they are gone, a few seconds at most. */
  endCall(linkedId: string): Promise<Ended>;
  /** Asks for a transfer; what became of it must be read back. @throws PBX_ACTIONS_UNAVAILABLE */
  transfer(order: Transfer): Promise<void>;
  /** Rings one phone; what became of it must be read back. @throws PBX_ACTIONS_UNAVAILABLE */
  startTestCall(call: TestCall): Promise<void>;
  /** A SIP MESSAGE to one phone; done means that the PBX took it. */
  sendMessage(message: TextMessage): Promise<void>;
  /** A SIP NOTIFY to the phones of one endpoint; done means that the PBX took it. */
  notify(order: PhoneNotify): Promise<void>;
  /** Records of calls that the PBX keeps until they were read. */
  readonly journal: CallJournal;
  /** What people dialled to claim a phone. */
  readonly claims: ClaimBook;
  /** Asterisk's own version, `22.10.1`. */
  version(): Promise<string>;
}

const DEFAULT_VOICEMAIL_FILES = 32;
/** GetConfigs on the wire at once. */
const FILE_WINDOW = 16;
/** Milliseconds; 10,000 mailboxes take 1.9 s. */
const RELOAD_TIMEOUT = 120_000;
const MODULES: Readonly<Record<Reload, string>> = { voicemail: 'app_voicemail.so', dialplan: 'pbx_config.so' };

export function createPbxPort({
  links,
  voicemailFiles = DEFAULT_VOICEMAIL_FILES,
  log = silentLog,
}: PbxPortOptions): AsteriskPort {
  const counters = createCounters();
  const astDb = new AstDb(links, counters);
  const files = new ConfigFiles(links, counters);
  const contacts = new Contacts(astDb, links);
  const channels = new Channels(links);
  const dropped = new Set<(aors: readonly string[]) => void>();
  // UpdateConfig has no lock in Asterisk: with 8 writers 9 of 16 acknowledged writes were lost (measured).
  const writer = new Serial();

  async function readFileObjects(): Promise<Map<Ref, string>> {
    const objects = new Map<Ref, string>();
    const indexes = Array.from({ length: voicemailFiles }, (_, index) => index);
    await pipelined(indexes, FILE_WINDOW, async (index) => {
      const file = voicemailFile(index);
      for (const { name, lines } of await files.readOurs(file)) {
        if (voicemailFileOf(name, voicemailFiles) !== file) {
          log.warn({ file, context: name }, 'a voicemail context stands in a file where it does not belong; ignored');
          continue;
        }
        for (const [number, value] of lines) objects.set(refOf('mailbox', `${number}@${name}`), value);
      }
    });
    const companies = new FileView(await files.readOurs(COMPANIES_FILE));
    for (const { name } of companies.file) {
      const value = companies.value({ in: 'companies', file: COMPANIES_FILE, category: name });
      if (value !== undefined) objects.set(refOf('context', name), value);
    }
    return objects;
  }

  async function observe(): Promise<Observation> {
    const [objects, fileObjects, foreignEndpoints] = await Promise.all([
      astDb.readAll(),
      readFileObjects(),
      readForeignEndpoints(files),
    ]);
    for (const [ref, value] of fileObjects) objects.set(ref, value);
    return { objects, foreignEndpoints };
  }

  async function observeRefs(refs: readonly Ref[]): Promise<Map<Ref, string | undefined>> {
    const nowhere = new Map<Ref, undefined>();
    const inAstDb = new Map<Ref, AstDbPlace>();
    const inFiles = new Map<string, Map<Ref, FilePlace>>();
    for (const ref of refs) {
      const place = placeIfAny(ref);
      if (place === undefined) nowhere.set(ref, undefined);
      else if (place.in === 'astdb') inAstDb.set(ref, place);
      else inFiles.set(place.file, (inFiles.get(place.file) ?? new Map<Ref, FilePlace>()).set(ref, place));
    }
    const found = await astDb.read(inAstDb);
    await pipelined([...inFiles], FILE_WINDOW, async ([file, places]) => {
      const view = new FileView(await files.readOurs(file));
      for (const [ref, place] of places) found.set(ref, view.value(place));
    });
    for (const ref of nowhere.keys()) found.set(ref, undefined);
    return found;
  }

  /** What cannot be a name on the PBX is not there: one bad ref must not hide what became of the others. */
  function placeIfAny(ref: Ref): Place | undefined {
    try {
      return placeOf(ref, voicemailFiles);
    } catch {
      return undefined;
    }
  }

  async function apply(writes: readonly Write[]): Promise<WriteResult[]> {
    const results = new Map<Write, WriteResult>();
    const toAstDb: AstDbWrite[] = [];
    const toFiles = new Map<string, FileWrite[]>();
    for (const write of writes) {
      try {
        const place = placeOf(write.ref, voicemailFiles);
        if (place.in === 'astdb') toAstDb.push({ write, place });
        else addTo(toFiles, place.file, { write, place });
      } catch (error) {
        results.set(write, failure(write.ref, error));
      }
    }
    if (toAstDb.length > 0) links.sync.current();
    // The usual case, and the one with tens of thousands of writes: the results stand in their order already.
    if (toAstDb.length === writes.length) return astDb.apply(toAstDb);
    if (toFiles.size > 0) links.config.current();
    const done = await Promise.all([applyAstDb(toAstDb), ...[...toFiles].map(([file, list]) => applyFile(file, list))]);
    for (const pairs of done) for (const [write, result] of pairs) results.set(write, result);
    return writes.map((write) => results.get(write)!);
  }

  async function applyAstDb(list: readonly AstDbWrite[]): Promise<[Write, WriteResult][]> {
    return zip(list, await astDb.apply(list));
  }

  async function applyFile(file: string, list: readonly FileWrite[]): Promise<[Write, WriteResult][]> {
    return writer.run(async () => {
      try {
        return zip(list, await writeFileObjects(files, file, list));
      } catch (error) {
        return list.map(({ write }): [Write, WriteResult] => [write, failure(write.ref, error)]);
      }
    });
  }

  /** Behind the writes that were asked for before it: a reload in the middle of them would load half a change. */
  async function reload(what: Reload): Promise<void> {
    await writer.run(() =>
      links.config.current().action('Reload', { Module: MODULES[what] }, { timeout: RELOAD_TIMEOUT }),
    );
    counters[what === 'voicemail' ? 'voicemailReloads' : 'dialplanReloads'] += 1;
  }

  async function version(): Promise<string> {
    const settings = await links.query.current().action('CoreSettings');
    // Debian appends its own: 22.10.1+dfsg+~cs6...
    return /^[0-9.]+/.exec(settings.get('AsteriskVersion') ?? '')?.[0] ?? 'unknown';
  }

  return {
    counters,
    observe,
    observeRefs,
    apply,
    reload,
    async dropRegistrations(aors) {
      await contacts.drop(aors);
      for (const listener of dropped) listener(aors);
    },
    onDropped(listener) {
      dropped.add(listener);
      return () => void dropped.delete(listener);
    },
    registeredAors: (aors) => contacts.registered(aors),
    channelsOf: (endpoints) => channels.of(endpoints),
    endCalls: (endpoints) => channels.end(endpoints),
    contactsOf: (aor) => contacts.of(aor),
    allContacts: () => contacts.all(),
    deviceStates: () => readDeviceStates(links),
    foreignConfig: () => readForeignConfig(files),
    mailboxCount: (mailbox) => readMailboxCount(links, mailbox),
    liveChannels: () => readChannels(links),
    endCall: (linkedId) => channels.endCall(linkedId),
    transfer: (order) => transferCall(links, order),
    startTestCall: (call) => startTestCall(links, call),
    journal: new CallJournal(astDb, links),
    claims: new ClaimBook(astDb, links),
    sendMessage: (message) => sendTextMessage(links, message),
    notify: (order) => notifyPhone(links, order),
    version,
  };
}

function addTo<T>(groups: Map<string, T[]>, name: string, item: T): void {
  const group = groups.get(name);
  if (group) group.push(item);
  else groups.set(name, [item]);
}

function zip(list: readonly { write: Write }[], results: readonly WriteResult[]): [Write, WriteResult][] {
  return list.map(({ write }, index) => [write, results[index]!]);
}
