// Loads a planted fault: the module that `mutants/<name>.ts` names is replaced by that file, which wraps the original.
import { register } from 'node:module';

register('./preload-hooks.mjs', { parentURL: import.meta.url, data: { mutant: process.env.CRASH_MUTANT } });
