import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { compareSync, hashSync } from 'bcryptjs';

/** What the pool asks of a worker: a new hash, or a comparison with a stored one. */
export type HashJob = { password: string; cost: number } | { password: string; hash: string };

// On Linux a priority is the thread's own, so reads go before logins, but a flood of them does not stop logins altogether;
// elsewhere it would be the whole process's.
if (process.platform === 'linux') setPriority(4);

parentPort?.on('message', (job: HashJob) => {
  parentPort?.postMessage('hash' in job ? compareSync(job.password, job.hash) : hashSync(job.password, job.cost));
});
