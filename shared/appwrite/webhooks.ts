import { Query } from 'node-appwrite';
import type { RowOf, Stored } from './row.ts';
import type { WebhookRow } from './rows.ts';
import type { Store } from './store.ts';

export type StoredWebhook = Stored<RowOf<typeof WebhookRow>>;

/** At most 100; further ones are never called. */
export async function listEnabledWebhooks({ webhooks }: Store): Promise<StoredWebhook[]> {
  return (await webhooks.list([Query.equal('enabled', true), Query.limit(100)])).rows;
}
