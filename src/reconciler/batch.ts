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
  owners = new Map<string, DirtyOwner>();
  expected = new Map<Ref, Expectation>();
  failures = new Map<string, OwnerFailure>();
  /** Something in a file of ours was written. */
  hasFiles = false;
  #refs = new Map<string, Ref[]>();

  add(owner: DirtyOwner): void {
    this.owners.set(ownerKey(owner), owner);
  }

  expect(ref: Ref, owner: Owner, value: string | undefined): void {
    this.expected.set(ref, { owner, value });
    if (!isAstDb(ref)) this.hasFiles = true;
    const key = ownerKey(owner);
    const refs = this.#refs.get(key);
    if (refs === undefined) this.#refs.set(key, [ref]);
    else refs.push(ref);
  }

  /** What was written for an owner, some of it perhaps more than once. */
  refsOf(owner: Owner): readonly Ref[] {
    return this.#refs.get(ownerKey(owner)) ?? [];
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

  /** Hands everything over and starts empty: no copy, an import has a hundred thousand of these. */
  take(): Batch {
    const taken = new Batch();
    taken.owners = this.owners;
    taken.expected = this.expected;
    taken.failures = this.failures;
    taken.#refs = this.#refs;
    taken.hasFiles = this.hasFiles;
    this.owners = new Map();
    this.expected = new Map();
    this.failures = new Map();
    this.#refs = new Map();
    return taken;
  }
}
