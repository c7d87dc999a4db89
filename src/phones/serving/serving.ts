import type { Logger } from '../../log.ts';
import type { Database } from '../../store/database.ts';
import { hashPhoneToken } from '../../store/phones/tokens.ts';
import type { ShortCodes } from '../address/short-codes.ts';
import type { Catalogue } from '../definitions/catalogue.ts';
import type { PhoneSignals, Revisions } from '../ports.ts';
import type { Evidence } from '../recognise/evidence.ts';
import { guess } from '../recognise/evidence.ts';
import { createRecogniser, type Recogniser } from '../recognise/recogniser.ts';
import { type RequestPath, readPath, readShortPath } from '../recognise/request-path.ts';
import { BAN_LIMITS, type BanLimits, createBans } from './bans.ts';
import { type Book, createBook } from './book.ts';
import { createJournal } from './journal.ts';
import { createNonces } from './nonces.ts';
import { createPhonebooks } from './phonebooks.ts';
import { deviceOf, isNear, type Refusal } from './policy.ts';
import { createRendering } from './rendering.ts';
import { networksIn, type ServedDevice, type TokenUse } from './served-device.ts';
import { createFirstSteps } from './stage-one.ts';
import { createFullService } from './stage-two.ts';
import { type PhoneRequest, REFUSED, type Verdict } from './types.ts';

export interface ServingDeps {
  db: Database;
  catalogue: () => Promise<Catalogue>;
  revisions: Revisions;
  signals: PhoneSignals;
  log: Logger;
  /** What phones are told, without a slash at its end. */
  publicUrl: string;
  /** Holds one folder a vendor. */
  firmwareFolder: string;
  missesBeforeBan: number;
  /** Addresses that people type; absent: there are none. */
  shortCodes?: ShortCodes;
  /** Milliseconds since 1970. */
  now?: () => number;
  banLimits?: Partial<BanLimits>;
}

/** Decides what a phone gets; knows nothing of sockets. */
export interface Serving {
  judge(request: PhoneRequest): Promise<Verdict>;
  /** Figures of the book, for tests and metrics. */
  readonly counts: Book['counts'];
  /** Writes what phones did so far. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** A request with everything that was found out about it. */
export interface Case {
  request: PhoneRequest;
  path: RequestPath;
  catalogue: Catalogue;
  recogniser: Recogniser;
  evidence: Evidence;
  /** MAC address that it is about, by its path, else by what the phone says. */
  mac: string | undefined;
}

/** The parts that both stages use. */
export type Tools = ReturnType<typeof createTools>;

function createTools(deps: ServingDeps) {
  const now = deps.now ?? Date.now;
  const log = deps.log.child({ part: 'phones' });
  const book = createBook(deps.db, deps.signals);
  const journal = createJournal(deps.db, log, (record) => book.spent(record));
  const bans = createBans({ ...BAN_LIMITS, misses: deps.missesBeforeBan, ...deps.banLimits }, now);
  const nonces = createNonces(now);
  const phonebooks = createPhonebooks(deps.db, now);
  return { ...deps, now, log, book, journal, bans, nonces, phonebooks, rendering: createRendering(now) };
}

export function createServing(deps: ServingDeps): Serving {
  const tools = createTools(deps);
  const { bans, book, journal, log, now, revisions } = tools;
  const recognisers = new WeakMap<Catalogue, Recogniser>();
  const firstSteps = createFirstSteps(tools);
  const fullService = createFullService(tools);

  function recogniserOf(catalogue: Catalogue): Recogniser {
    let found = recognisers.get(catalogue);
    if (found === undefined) {
      found = createRecogniser([...catalogue.vendors.values()]);
      recognisers.set(catalogue, found);
    }
    return found;
  }

  /** The line that fail2ban reads: docs/phones-security.md. */
  function miss(ip: string, what: 'token' | 'login', path: string | undefined): Verdict {
    log.warn({ ip, miss: what, path }, 'phone miss');
    if (bans.miss(ip)) log.warn({ ip }, 'phone address banned');
    return REFUSED;
  }

  /** A right token, and yet nothing is given. */
  function refuse(one: Case, token: TokenUse, { reason, isStranger }: Refusal): Verdict {
    const { request, path, evidence, mac } = one;
    const ip = request.address;
    log.info({ ip, mac, deviceId: token.device?.id, path: path.shown, reason }, 'phone refused');
    if (isStranger && mac !== undefined) {
      if (bans.stranger(ip, mac)) log.warn({ ip }, 'phone address banned');
      const { companyId } = token.device ?? token.site;
      const siteId = token.site?.id ?? token.device?.siteId ?? null;
      const { vendor = null, model = null, firmware = null } = guess(evidence, mac, one.recogniser);
      const seen = { userAgent: request.userAgent, address: ip, path: path.shown, reason, at: now() };
      journal.sighting({ mac, companyId, siteId, vendor, model, firmware, ...seen });
    }
    const device = token.device;
    if (device !== undefined) {
      const { method, userAgent } = request;
      const what = { deviceId: device.id, at: now(), address: ip, method, path: path.shown, userAgent };
      journal.fetch({ ...what, kind: 'refused', status: 404, bytes: 0, reason });
    }
    return REFUSED;
  }

  /** A wrong code is a miss like a wrong token: forty bits for an hour are only enough with the ban. */
  async function redirect({ method, address }: PhoneRequest, short: { code: string; rest: string }): Promise<Verdict> {
    const base = method === 'PUT' ? undefined : await deps.shortCodes?.resolve(short.code);
    if (base === undefined) return miss(address, 'token', '/s/****');
    return { kind: 'redirect', location: `${base}${short.rest}` };
  }

  async function judge(request: PhoneRequest): Promise<Verdict> {
    if (bans.has(request.address)) return REFUSED;
    const short = deps.shortCodes === undefined ? undefined : readShortPath(request.target);
    if (short !== undefined) return redirect(request, short);
    const read = readPath(request.target);
    await revisions.look();
    const catalogue = await deps.catalogue();
    const recogniser = recogniserOf(catalogue);
    const path = read ?? { token: '', folders: [], name: '', shown: '' };
    const evidence = {
      name: recogniser.name(path.name),
      agents: recogniser.agent(request.userAgent),
      certificate: recogniser.certificate(request.certificate),
    };
    const said = evidence.agents.find(({ mac }) => mac !== undefined)?.mac ?? [...evidence.certificate.values()][0];
    const mac = evidence.name.mac ?? said;
    const looked = book.look(hashPhoneToken(path.token), mac);
    const { token, named } = looked instanceof Promise ? await looked : looked;
    if (token === undefined) return miss(request.address, 'token', read?.shown);
    const one: Case = { request, path, catalogue, recogniser, evidence, mac };
    if (token.site !== undefined && mac === undefined) return shared(one, token);
    const device = deviceOf(token, mac, named, now());
    if ('reason' in device) return refuse(one, token, device);
    if (!isNear(device.networks, request)) return refuse(one, token, far(device));
    const verdict = await (token.stage === 1 ? firstSteps(one, device) : fullService(one, device, token.isOld));
    if ('miss' in verdict) return miss(request.address, 'login', path.shown);
    return 'reason' in verdict ? refuse(one, token, verdict) : verdict;
  }

  /** A phone that does not say who it is may have what is the same for all. */
  async function shared(one: Case, token: Extract<TokenUse, { site: object }>): Promise<Verdict> {
    const { catalogue, evidence, recogniser, path, request } = one;
    const { vendor } = guess(evidence, undefined, recogniser);
    const definition = vendor === undefined ? undefined : evidence.name.files.get(vendor)?.definition;
    const isShared = definition?.kind === 'common' && definition.stage1 === undefined && path.folders.length === 0;
    if (
      vendor === undefined ||
      !isShared ||
      request.method === 'PUT' ||
      !isNear(networksIn(token.site.networks), request)
    ) {
      return refuse(one, token, { reason: 'it does not say which phone it is', isStranger: false });
    }
    const file = await tools.rendering.common(catalogue, vendor, definition);
    if (file === undefined) return REFUSED;
    const { bytes, contentType, etag } = file;
    return { kind: 'file', bytes, contentType, etag, given() {} };
  }

  return {
    judge,
    counts: book.counts,
    flush: () => journal.flush(),
    async stop() {
      await journal.stop();
      book.close();
      tools.phonebooks.close();
    },
  };
}

function far({ networks }: ServedDevice): Refusal {
  const reason = networks === undefined ? 'without TLS from a public address' : 'not from a network of its site';
  return { reason, isStranger: false };
}
