import type { RejectionReason } from './pbx-event.ts';

/** The last time that Asterisk turned an account away. */
export interface PbxRejection {
  reason: RejectionReason;
  /** As Asterisk gives it: `IPV4/UDP/192.0.2.7/5060`. */
  remoteAddress: string;
  at: Date;
}

const MOST = 1000;

/** The last rejection of each account. Bounded: a scanner tries names without end, and the oldest are forgotten. */
export class Rejections {
  readonly #byAccount = new Map<string, PbxRejection>();

  add(account: string, rejection: PbxRejection): void {
    this.#byAccount.delete(account);
    this.#byAccount.set(account, rejection);
    if (this.#byAccount.size > MOST) this.#byAccount.delete(this.#byAccount.keys().next().value!);
  }

  last(account: string): PbxRejection | undefined {
    return this.#byAccount.get(account);
  }
}
