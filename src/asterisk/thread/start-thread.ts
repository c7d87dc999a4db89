import { Worker, type WorkerOptions } from 'node:worker_threads';

/** Starts the thread of a PBX. Sources that run uncompiled, as in the tests, run so there as well. */
export function startThread(options: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./pbx-thread.js', import.meta.url), options);
  const [loader, thread] = [import.meta.resolve('tsx/esm/api'), import.meta.resolve('./pbx-thread.ts')];
  const source = `import('${loader}').then(({ register }) => { register(); return import('${thread}'); });`;
  return new Worker(source, { ...options, eval: true });
}
