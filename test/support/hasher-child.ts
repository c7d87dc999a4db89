/** Starts hashing one password after the other, for tests that kill it; says the number of its own process for that. */
import { createArgon2Process } from '../../src/people/argon2-process.ts';

const argon2 = createArgon2Process();
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
await argon2.hash('the first one', cost);
process.stdout.write(`${argon2.pid}\n`);
for (;;) await argon2.hash('one more', cost);
