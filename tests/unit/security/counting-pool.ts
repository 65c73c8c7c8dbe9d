import { compareSync, hashSync } from 'bcryptjs';
import type { HashJob } from '#shared/security/bcrypt-worker.ts';

/** Replaces the worker threads: records the jobs in `jobs`, and does them in this thread when `real` is set. */
export function countingPool({ real = false } = {}) {
  const jobs: HashJob[] = [];
  return {
    jobs,
    open: async () => ({
      async run(job: HashJob): Promise<unknown> {
        jobs.push(job);
        if ('cost' in job) return real ? hashSync(job.password, job.cost) : `=${job.password}`;
        const [hash = ''] = job.hashes;
        return real ? compareSync(job.password, hash) : hash.endsWith(`=${job.password}`);
      },
      async close() {},
    }),
  };
}
