import type { ErrorCode } from '../errors.ts';
import { isAstDb, type Ref } from '../plan/pbx-object.ts';
import { type Owner, ownerKey } from '../plan/source.ts';
import type { DirtyOwner } from '../store/outbox.ts';

/** What was written and not read back yet. `value` undefined: deleted. */
export interface Expectation {
  owner: Owner;
  value: string | undefined;
}

export interface OwnerFailure {
  code: ErrorCode;
  reason: string;
  retryable: boolean;
}

/** Owners on their way to the PBX, between the write and the read-back. */
export class Batch {
  readonly owners = new Map<string, DirtyOwner>();
  readonly expected = new Map<Ref, Expectation>();
  readonly failures = new Map<string, OwnerFailure>();

  add(owner: DirtyOwner): void {
    this.owners.set(ownerKey(owner), owner);
  }

  expect(ref: Ref, owner: Owner, value: string | undefined): void {
    this.expected.set(ref, { owner, value });
  }

  /** The first failure of an owner stands: what came after it is often only its consequence. */
  fail(owner: Owner, failure: OwnerFailure): void {
    const key = ownerKey(owner);
    if (!this.failures.has(key)) this.failures.set(key, failure);
  }

  get isEmpty(): boolean {
    return this.owners.size === 0 && this.expected.size === 0;
  }

  /** Owners that have an object in a file of ours: live only after a reload. */
  ownersInFiles(): Set<string> {
    const keys = new Set<string>();
    for (const [ref, { owner }] of this.expected) if (!isAstDb(ref)) keys.add(ownerKey(owner));
    return keys;
  }

  take(): Batch {
    const taken = new Batch();
    for (const owner of this.owners.values()) taken.add(owner);
    for (const [ref, { owner, value }] of this.expected) taken.expect(ref, owner, value);
    for (const [key, failure] of this.failures) taken.failures.set(key, failure);
    this.owners.clear();
    this.expected.clear();
    this.failures.clear();
    return taken;
  }
}
