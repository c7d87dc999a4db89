/** RFC 9106: memory in KiB, passes over it, lanes. */
export interface Argon2Cost {
  memoryCost: number;
  timeCost: number;
  parallelism: number;
}

/** argon2id in PHC strings. One at a time or several: that is for the caller to say. */
export interface Argon2 {
  hash(password: string, cost: Argon2Cost): Promise<string>;
  /** `rehash`: the hash was made at another cost. */
  verify(stored: string, password: string, cost: Argon2Cost): Promise<{ ok: boolean; rehash: boolean }>;
  /** Ends what it started; what is not finished fails. */
  end(): void;
}

/** On the threads of this process. */
export const argon2Here: Argon2 = {
  async hash(password, cost) {
    return (await import('argon2')).hash(password, cost);
  },
  async verify(stored, password, cost) {
    const argon2 = await import('argon2');
    const ok = await argon2.verify(stored, password);
    return { ok, rehash: ok && argon2.needsRehash(stored, cost) };
  },
  end() {},
};
