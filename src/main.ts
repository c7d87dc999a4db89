#!/usr/bin/env node
import { runCommand } from './cli/run.ts';

/** The edge of the process: arguments in, exit code out. The daemon is loaded only by the command that needs it. */
process.exitCode = await runCommand(process.argv, {
  serve: async () => (await import('./serve.ts')).serve(),
});
// A daemon that has stopped may still have a connection on its way out; whoever waits for the exit need not.
if (process.argv[2] === 'serve') process.exit();
