import type { WorkerOptions } from 'node:worker_threads';

/** Where the bcrypt worker's code is: here a file, in a bundle the code itself (see scripts/build/generated-modules.ts). */
export const bcryptWorker: { source: string | URL; options: WorkerOptions } = {
  source: new URL('./bcrypt-worker.ts', import.meta.url),
  options: {},
};
