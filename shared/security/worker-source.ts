import type { WorkerOptions } from 'node:worker_threads';

/** The bcrypt worker's code: a file here, the code as text in a bundle (scripts/build/generated-modules.ts). */
export const bcryptWorker: { source: string | URL; options: WorkerOptions } = {
  source: new URL('./bcrypt-worker.ts', import.meta.url),
  options: {},
};
