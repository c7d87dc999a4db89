import { beginGap, endGap, lastHeard, noteHeard, openGap } from '../../store/call-record-gaps.ts';
import type { Database } from '../../store/database.ts';

export interface Recovery {
  /** Of Asterisk, as it says it. */
  pbxStartedAt: string;
  /** Records found that nobody had heard of. */
  recovered: number;
  /** Records that the PBX's journal had no room for; undefined: it keeps none. */
  overflowed: number | undefined;
}

const NOT_RUNNING = 'nobody listened';
const RESTARTED = 'Asterisk was started anew: calls that it carried at its end may have no record';
const NO_JOURNAL = 'the PBX keeps no journal of calls: those that ended have no record';

/** Notes when a PBX was not listened to, and what became of the records of that time. */
export class GapKeeper {
  readonly #db: Database;
  readonly #pbxId: string;
  readonly #now: () => number;
  #pbxStartedAt: string | undefined;

  constructor(db: Database, pbxId: string, now: () => number) {
    this.#db = db;
    this.#pbxId = pbxId;
    this.#now = now;
  }

  /** We are listening: what a crash of ours would leave behind. */
  async heard(): Promise<void> {
    const pbxStartedAt = this.#pbxStartedAt;
    if (pbxStartedAt === undefined) return;
    await this.#db.note((tx) => noteHeard(tx, this.#pbxId, { at: this.#now(), pbxStartedAt }));
  }

  async begins(at: number, reason: string): Promise<void> {
    await this.#db.write((tx) => beginGap(tx, this.#pbxId, at, reason));
  }

  /** We listen again, and the journal was read. The very first time there is nothing that could have been missed. */
  async ends({ pbxStartedAt, recovered, overflowed }: Recovery): Promise<void> {
    const untilAt = this.#now();
    this.#pbxStartedAt = pbxStartedAt;
    await this.#db.write(async (tx) => {
      const heard = lastHeard(tx, this.#pbxId);
      let gap = openGap(tx, this.#pbxId);
      if (gap === undefined && heard !== undefined) gap = await beginGap(tx, this.#pbxId, heard.at, NOT_RUNNING);
      await noteHeard(tx, this.#pbxId, { at: untilAt, pbxStartedAt });
      if (gap === undefined) return;
      const isRestarted = heard !== undefined && heard.pbxStartedAt !== pbxStartedAt;
      const isUnknown = isRestarted || overflowed === undefined;
      const note = overflowed === undefined ? NO_JOURNAL : isRestarted ? RESTARTED : undefined;
      await endGap(tx, gap.id, { untilAt, recovered, lost: isUnknown ? null : overflowed, note });
    });
  }
}
