import type { WorkerOptions } from 'node:worker_threads';

/** The bcrypt worker's code: a file here; in a bundle the code as text (scripts/build/generated-modules.ts). */
export const bcryptWorker: { source: string | URL; options: WorkerOptions } = {
  source: new URL('./bcrypt-worker.ts', import.meta.url),
  options: {},
};
