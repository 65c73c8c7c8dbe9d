import { compareSync, hashSync } from 'bcryptjs';
import type { HashJob } from '#shared/security/bcrypt-worker.ts';

/** Stands in for the worker threads: does the jobs at once, if asked to, and remembers them. */
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
