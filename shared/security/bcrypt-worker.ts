import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { compareSync, hashSync } from 'bcryptjs';

/** What the pool asks of a worker: a new hash, or a comparison with the first of these hashes; the others only take their time. */
export type HashJob = { password: string; cost: number } | { password: string; hashes: readonly string[] };

// On Linux a priority is the thread's own: reads go before logins, and a flood of reads still does not stop logins.
// Elsewhere it would be the whole process's.
if (process.platform === 'linux') setPriority(4);

parentPort?.on('message', (job: HashJob) => {
  const answer =
    'hashes' in job ? job.hashes.map((hash) => compareSync(job.password, hash))[0] : hashSync(job.password, job.cost);
  parentPort?.postMessage(answer);
});
