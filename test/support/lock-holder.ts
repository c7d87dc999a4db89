/** Holds the lock of the database named in the arguments until it is killed. */
import { lockDatabase } from '../../src/store/lock.ts';

lockDatabase(process.argv[2] ?? '');
process.stdout.write('locked\n');
setInterval(() => {}, 60_000);
