import { removeTimeline } from '#shared/appwrite/complaints.ts';
import { listOwned, livingComplaints } from '#shared/appwrite/reconciliation.ts';
import type { Job, Pass } from './job.ts';

const PAGE = 1_000;

async function step(job: Job, after: string): Promise<string> {
  const { gateway, store } = job.keeper;
  const entries = await listOwned(gateway, after, PAGE);
  const settled = entries.filter((entry) => job.isSettled(new Date(entry.$createdAt)));
  const owners = [...new Set(settled.map((entry) => entry.complaintId))];
  const living = await livingComplaints(gateway, owners);
  const gone = owners.filter((id) => !living.has(id));
  job.counts.timelines += gone.length;
  await job.change(gone, (id) => removeTimeline(store, id));
  return entries.length < PAGE ? '' : (entries.at(-1)?.complaintId ?? '');
}

/** Timelines without a complaint, which nobody can see. */
export const orphanTimelines: Pass = { name: 'timelines', step };
