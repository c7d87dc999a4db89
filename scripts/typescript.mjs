// `node --import ./scripts/typescript.mjs x.ts`: runs our TypeScript, for tests. Does far less than tsx, so that each of the
// many processes of a test run starts a second or two earlier: only types are taken away, and only once per text of a file.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
