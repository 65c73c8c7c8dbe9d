import { listByStatus, recordDelivery, type StoredDelivery } from '#shared/appwrite/deliveries.ts';
import type { Store } from '#shared/appwrite/store.ts';
import { printable } from '../project/command.ts';

const MAX_SHOWN = 50;
const PAGE = 100;

/** Whether it is a mail of its own or a webhook call, not a delivery that is part of another mail. */
const isLead = ({ leadId }: StoredDelivery) => leadId === null;

function lineOf({ $id, channel, kind, attempts, dueAt, reason }: StoredDelivery): string {
  const when = dueAt === null ? '' : ` due ${dueAt.slice(0, 16)}`;
  return `  ${$id} ${channel.padEnd(7)} ${kind.padEnd(22)} ${attempts} attempts${when} ${printable(reason ?? '')}`.trimEnd();
}

/** The number of deliveries of each status, and the newest pending and failed ones, without personal data. */
export async function describeDeliveries(store: Store): Promise<string> {
  const [pending, failed, sent, skipped] = await Promise.all(
    (['pending', 'failed', 'sent', 'skipped'] as const).map((status) => listByStatus(store, status, MAX_SHOWN)),
  );
  const counts = `${pending?.total} pending, ${failed?.total} failed, ${sent?.total} sent, ${skipped?.total} skipped`;
  const lines = [pending, failed].flatMap((page) => (page?.rows ?? []).filter(isLead).map(lineOf));
  return [counts, ...lines].join('\n');
}

/**
 * Makes every failed delivery due now; resolves to their number. A message that Appwrite did accept is not sent again.
 */
export async function retryFailed(store: Store): Promise<number> {
  let retried = 0;
  for (;;) {
    const { rows } = await listByStatus(store, 'failed', PAGE);
    const leads = rows.filter(isLead);
    for (const delivery of leads) {
      const again = { status: 'pending', attempts: 1, handedAt: null, dueAt: new Date() } as const;
      if (await recordDelivery(store, delivery, again)) retried += 1;
    }
    if (rows.length < PAGE || leads.length === 0) return retried;
  }
}
