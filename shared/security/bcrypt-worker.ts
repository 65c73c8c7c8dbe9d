import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { compareSync, hashSync } from 'bcryptjs';

/**
 * A job for a worker: a new hash, or a comparison with the first of these hashes; the others only equalise the time.
 */
export type HashJob = { password: string; cost: number } | { password: string; hashes: readonly string[] };

// On Linux a priority belongs to the thread: reads go before logins, but a flood of reads does not stop logins.
// Elsewhere it would lower the priority of the whole process.
if (process.platform === 'linux') setPriority(4);

parentPort?.on('message', (job: HashJob) => {
  const answer =
    'hashes' in job ? job.hashes.map((hash) => compareSync(job.password, hash))[0] : hashSync(job.password, job.cost);
  parentPort?.postMessage(answer);
});
