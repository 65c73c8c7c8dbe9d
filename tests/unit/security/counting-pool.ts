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
        if (!real) return 'hash' in job ? job.hash.endsWith(`=${job.password}`) : `=${job.password}`;
        return 'hash' in job ? compareSync(job.password, job.hash) : hashSync(job.password, job.cost);
      },
      async close() {},
    }),
  };
}
