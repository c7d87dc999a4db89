// The process that hashes passwords (argon2-process.ts). They come and go by IPC alone.
import { argon2Here } from './argon2.ts';
import type { Answer, Task } from './argon2-process.ts';

process.on('message', (task: Task) => {
  const { stored, password, cost } = task;
  const work = stored === undefined ? argon2Here.hash(password, cost) : argon2Here.verify(stored, password, cost);
  void work
    .then((result): Answer => ({ id: task.id, result }))
    // argon2 says what is wrong with a hash, never what was typed.
    .catch((error: Error): Answer => ({ id: task.id, error: error.message }))
    .then((answer) => process.connected && process.send?.(answer));
});
// However the daemon ended, and whether or not something is being hashed.
process.on('disconnect', () => process.exit());
// Ctrl-C goes to both; the daemon finishes its logins first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
