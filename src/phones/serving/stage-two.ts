import { join } from 'node:path';
import type { FetchKind } from '../../store/phones/fetches.ts';
import { keepUpload } from '../../store/phones/uploads.ts';
import type { FileDefinition } from '../definitions/schema.ts';
import type { RenderedFile } from '../ports.ts';
import { type AuthScheme, checkAuthorization } from './authorization.ts';
import { jailed } from './firmware.ts';
import { needsLogin, type Refusal } from './policy.ts';
import type { ReadyFiles } from './rendering.ts';
import { doubt, learn, seenOf } from './self-description.ts';
import type { ServedDevice } from './served-device.ts';
import type { Case, Tools } from './serving.ts';
import { REFUSED, type Verdict } from './types.ts';

/** Somebody tried to log in and could not. */
interface Miss {
  miss: true;
}

const no = (reason: string): Refusal => ({ reason, isStranger: false });

/** Everything that a device may have with an address of its own. */
export function createFullService(tools: Tools) {
  const { book, db, firmwareFolder, journal, nonces, now, phonebooks, rendering, revisions, signals } = tools;

  return async (one: Case, device: ServedDevice, isOld: boolean): Promise<Verdict | Refusal | Miss> => {
    const { evidence, path, request } = one;
    const doubted = doubt(one, device);
    if (doubted !== undefined) return doubted;
    if (request.method === 'PUT') return upload(one, device);
    if (path.folders[0] === 'firmware') return firmware(one, device, [...path.folders.slice(1), path.name]);
    if (evidence.name.firmware.has(device.vendor)) return firmware(one, device, [path.name]);
    const definition = evidence.name.files.get(device.vendor)?.definition;
    if (definition === undefined) return no('it has no such file');
    if (definition.kind === 'probe') {
      record(one, device, 'probe', 404, 0);
      return REFUSED;
    }
    return configuration(one, device, definition, isOld);
  };

  async function configuration(
    one: Case,
    device: ServedDevice,
    definition: FileDefinition,
    isOld: boolean,
  ): Promise<Verdict | Refusal | Miss> {
    const refused = needsLogin(definition.kind) ? login(one, device) : undefined;
    if (refused !== undefined) return refused;
    await learn(tools, one, device);
    const files = (await revisions.of([device.id])).get(device.id);
    if (files === undefined) return no('it was deleted');
    if (!('view' in files)) return no(`no file can be made: ${files.problems.map(({ code }) => code).join(', ')}`);
    const file = await fileOf(one, device, definition, files);
    if (file === undefined) return no('it has no such file');
    return {
      kind: 'file',
      ...{ bytes: file.bytes, contentType: file.contentType, etag: file.etag },
      given(status, bytes) {
        const at = now();
        const isMain = definition.isMain === true && one.request.method === 'GET' && (status === 200 || status === 304);
        const fetched = isMain ? { revision: files.revision, at } : undefined;
        journal.seen({ ...seenOf(one, device, at), fetched });
        record(one, device, definition.kind === 'firmware-info' ? 'firmware' : definition.kind, status, bytes);
        if (definition.kind === 'device' && !isOld) endFirst(device);
        if (isMain) signals.emit('fetched', { deviceId: device.id, revision: files.revision, at });
      },
    };
  }

  function fileOf(
    { catalogue }: Case,
    { companyId, vendor }: ServedDevice,
    definition: FileDefinition,
    files: ReadyFiles,
  ): RenderedFile | undefined | Promise<RenderedFile | undefined> {
    if (definition.kind !== 'phonebook') return rendering.of(catalogue, files, vendor, definition);
    if (files.view.phonebookName === undefined) return undefined;
    return phonebooks.file(catalogue, companyId, files.view, definition);
  }

  /** The newer address was used: the phone has it, and nothing older is needed any more. */
  function endFirst(device: ServedDevice): void {
    const { stage1Hash, stage2OldHash, windowUntil, state } = device;
    if (stage1Hash === null && stage2OldHash === null && windowUntil === null && state !== 'pending') return;
    journal.spend(book.spend(device));
  }

  function record(
    { path, request: { address, method, userAgent } }: Case,
    { id: deviceId }: ServedDevice,
    kind: FetchKind,
    status: number,
    bytes: number,
    reason: string | null = null,
  ): void {
    journal.fetch({ deviceId, at: now(), address, method, path: path.shown, userAgent, kind, status, bytes, reason });
  }

  /** undefined: it is who it says. */
  function login({ request, evidence, catalogue }: Case, device: ServedDevice): Verdict | Miss | undefined {
    // That it is the device's own MAC address was seen before.
    if (evidence.certificate.has(device.vendor)) return undefined;
    const wanted = catalogue.vendors.get(device.vendor)?.auth ?? ['digest'];
    const schemes = schemesOver(wanted, request.isTls);
    const credentials = { deviceId: device.id, mac: device.mac, passwords: device.login().passwords };
    const result = checkAuthorization(request, credentials, schemes, nonces);
    if (result === 'ok') return undefined;
    if (result === 'wrong') return { miss: true };
    return { kind: 'challenge', schemes, nonce: nonces.issue(device.id), isStale: result === 'stale' };
  }

  function upload(one: Case, device: ServedDevice): Verdict | Refusal | Miss {
    const match = one.evidence.name.uploads.get(device.vendor);
    if (match === undefined || one.path.folders.length > 1) return no('it may not put that');
    const refused = login(one, device);
    if (refused !== undefined) return refused;
    return {
      kind: 'upload',
      maxBytes: match.maxBytes,
      async keep(content) {
        const name = one.path.name.toLowerCase();
        await db.note((tx) => keepUpload(tx, { deviceId: device.id, name, at: now(), content }));
        journal.seen(seenOf(one, device, now()));
        record(one, device, 'upload', 201, content.length);
      },
      refuse: (reason) => record(one, device, 'refused', 404, 0, reason),
    };
  }

  /** Below `firmware/` of the operator's folder, of its own vendor only. */
  async function firmware(one: Case, device: ServedDevice, parts: readonly string[]): Promise<Verdict | Refusal> {
    // `firmware/<vendor>/<file>`, or without its vendor.
    const rest = parts[0] === device.vendor ? parts.slice(1) : parts;
    const file = await jailed(join(firmwareFolder, device.vendor), rest);
    if (file === undefined) return no('there is no such firmware');
    return {
      kind: 'firmware',
      file,
      given(status, bytes) {
        journal.seen(seenOf(one, device, now()));
        record(one, device, 'firmware', status, bytes);
      },
    };
  }
}

/** Without TLS a password does not travel in clear, unless the phone can do nothing else. */
export function schemesOver(wanted: readonly AuthScheme[], isTls: boolean): readonly AuthScheme[] {
  return isTls || !wanted.includes('digest') ? wanted : wanted.filter((scheme) => scheme !== 'basic');
}
