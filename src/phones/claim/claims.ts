import { isLinekeeperError, messageOf } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { createLookout } from '../../lookout.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';

/** What a PBX keeps of claims, in the words of this part; made by the composition root. */
export interface ClaimBook {
  pbxId: string;
  /** True while AstDB can be read and written. */
  readonly isUp: boolean;
  /** By `<company>/<caller>`. @throws LinekeeperError */
  read(): Promise<ReadonlyMap<string, string>>;
  /** Exactly this key; one that is gone is no error. */
  remove(key: string): Promise<void>;
  /** Somebody has dialled, or the PBX is there again. Gives the function that ends it. */
  onHint(listener: () => void): () => void;
}

/** Gives a device a line of an extension: the use-case of devices, in the transaction of the claim. */
export type GiveLine = (
  tx: Tx,
  context: { actor: string; ifVersion: undefined },
  deviceId: string,
  extensionId: string,
) => Promise<unknown>;

export interface ClaimsOptions {
  book: ClaimBook;
  /** Runs a transaction and brings what it changed to the PBX. */
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  giveLine: GiveLine;
  log: Logger;
  now?: () => number;
}

export interface Claims {
  start(): void;
  stop(): Promise<void>;
}

/** For claims of which no event told. */
const LOOK_EVERY_MS = 60_000;
/** Wrong codes of one extension before it gets no more tries for a while: of a million codes few are in use. */
const MOST_WRONG = 5;
const WRONG_MS = 900_000;

interface Claim {
  company: string;
  /** Who dialled, by the endpoint that authenticated. */
  caller: string;
  code: string;
  /** Whose the phone shall be; another than the caller typed the PIN of its mailbox. */
  extension: string;
}

/**
 * Phones that somebody claims by dialling their code. The dialplan knows who calls and has asked for a PIN where one is due; it
 * writes one entry per caller into AstDB, so that nothing is lost while nobody listens. An event only makes us look.
 */
export function createClaims({ book, run, giveLine, log, now = Date.now }: ClaimsOptions): Claims {
  const wrong = new Map<string, { since: number; count: number }>();

  async function work(): Promise<void> {
    if (!book.isUp) return;
    for (const [key, value] of await book.read()) {
      if (lookout.isStopped) return;
      const claim = claimOf(key, value);
      if (claim === undefined) log.warn({ pbx: book.pbxId }, 'an entry of a claim cannot be read; it is deleted');
      else await take(key, claim);
      await book.remove(key);
    }
  }

  async function take(key: string, claim: Claim): Promise<void> {
    const facts = { company: claim.company, caller: claim.caller, extension: claim.extension };
    if (isShut(key)) {
      log.warn(facts, 'a phone was not claimed: too many wrong codes');
      return;
    }
    try {
      const outcome = await run((tx) => perform(tx, claim));
      if (outcome === 'done') wrong.delete(key);
      else {
        note(key);
        log.info({ ...facts, outcome }, 'a phone was not claimed');
      }
    } catch (error) {
      // It would fail again: whoever dialled sees that nothing happens, and dials once more.
      if (isLinekeeperError(error)) log.warn({ ...facts, reason: messageOf(error) }, 'a phone was not claimed');
      else log.error({ err: error, ...facts }, 'a phone was not claimed');
    }
  }

  type Outcome = 'done' | 'unknown' | 'not possible';

  async function perform(tx: Tx, { company: slug, caller, code, extension: number }: Claim): Promise<Outcome> {
    const company = await tx.company.findUnique({ where: { slug } });
    if (company === null || company.pbxId !== book.pbxId) return 'unknown';
    const where = { companyId: company.id, enabled: true, suspended: false };
    const known = await tx.extension.findMany({ where: { ...where, number: { in: [caller, number] } } });
    const extension = known.find((one) => one.number === number);
    if (extension === undefined || !known.some((one) => one.number === caller)) return 'unknown';
    const device = await tx.device.findUnique({
      where: { claimCode: code },
      include: { _count: { select: { lines: true } } },
    });
    // A code of another company is as good as none.
    if (device === null || device.companyId !== company.id) return 'unknown';
    if (device.state === 'suspended' || device._count.lines > 0) return 'not possible';
    // The code is over, whatever comes next in this transaction.
    await tx.device.update({ where: { id: device.id }, data: { claimCode: null } });
    await giveLine(tx, { actor: 'phone', ifVersion: undefined }, device.id, extension.id);
    await recordAudit(tx, [
      {
        ...{
          actor: 'phone',
          action: 'device.claimed',
          objectType: 'device',
          objectId: device.id,
          companyId: company.id,
        },
        details: { mac: device.mac, caller, extension: number },
      },
    ]);
    return 'done';
  }

  function isShut(key: string): boolean {
    const known = wrong.get(key);
    if (known !== undefined && now() - known.since >= WRONG_MS) wrong.delete(key);
    return (wrong.get(key)?.count ?? 0) >= MOST_WRONG;
  }

  function note(key: string): void {
    const known = wrong.get(key);
    if (known) known.count += 1;
    else wrong.set(key, { since: now(), count: 1 });
  }

  const lookout = createLookout(work, LOOK_EVERY_MS, (err) =>
    log.warn({ err, pbx: book.pbxId }, 'claims of phones could not be read'),
  );
  const ended = book.onHint(() => lookout.poke());
  return {
    start: lookout.poke,
    async stop() {
      ended();
      await lookout.stop();
    },
  };
}

function claimOf(key: string, value: string): Claim | undefined {
  const [, company, caller] = /^([a-z0-9][a-z0-9-]{0,40})\/([0-9]{1,20})$/.exec(key) ?? [];
  const [, code, extension] = /^([0-9]{6}) ([0-9]{1,20})$/.exec(value) ?? [];
  if (company === undefined || caller === undefined || code === undefined || extension === undefined) return undefined;
  return { company, caller, code, extension };
}
