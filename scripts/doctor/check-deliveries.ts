import { Query } from 'node-appwrite';
import { countUndiscarded, listByStatus } from '#shared/appwrite/deliveries.ts';
import { DAY, MINUTE } from '#shared/domain/clock.ts';
import { webhookKey } from '#shared/services/notifications/sign-webhook.ts';
import type { Connection } from '../project/connect.ts';
import { type Finding, failure, good, warning } from './finding.ts';

/** The schedule runs every minute, so deliveries that have been due for 15 minutes are stuck. */
const LATE_MS = 15 * MINUTE;

/** Reports waiting and failed deliveries, and disabled webhooks. */
export async function checkDeliveries({ store }: Connection): Promise<Finding[]> {
  const late = new Date(Date.now() - LATE_MS).toISOString();
  const one = Query.limit(1);
  const [pending, failed, undiscarded, waiting, overdue, webhooks] = await Promise.all([
    listByStatus(store, 'pending', 1),
    listByStatus(store, 'failed', 1),
    countUndiscarded(store, new Date(Date.now() - DAY)),
    store.outbox.list([Query.lessThan('$createdAt', late), one], { total: true }),
    store.deliveries.list([Query.equal('status', 'pending'), Query.lessThan('dueAt', late), one], { total: true }),
    store.webhooks.list([Query.limit(100)]),
  ]);
  const findings: Finding[] = [good('deliveries', 'mails and webhooks', `${pending.total} pending`)];
  if (failed.total > 0) {
    const text = `${failed.total} have failed: npm run admin -- deliveries`;
    findings.push(warning('deliveries', 'mails and webhooks', text));
  }
  if (undiscarded > 0) {
    const text = `${undiscarded} have messages that Messaging has not let go of for a day: they stay processing`;
    findings.push(warning('deliveries', 'mails and webhooks', text));
  }
  const stuck = waiting.total + overdue.total;
  if (stuck > 0) findings.push(failure('deliveries', 'notifications', `${stuck} have been due for 15 minutes`));
  for (const { $id, enabled, secret, disabledBecause } of webhooks.rows) {
    const subject = `webhook ${$id}`;
    if (disabledBecause !== null && !enabled)
      findings.push(warning('deliveries', subject, `is disabled: ${disabledBecause}`));
    if (enabled && !webhookKey(secret))
      findings.push(failure('deliveries', subject, 'has a secret that cannot be signed with'));
  }
  return findings;
}
