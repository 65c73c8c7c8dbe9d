import { Query } from 'node-appwrite';
import type { Role } from '#shared/domain/account.ts';
import { derivedId, randomId } from '#shared/domain/ids.ts';
import type { Status } from '#shared/domain/status.ts';
import type { RowOf, Stored } from './row.ts';
import type { OutboxRow } from './rows.ts';
import type { Store } from './store.ts';
import { create, type Operation } from './transaction.ts';

/** Events of complaints. */
export const COMPLAINT_KINDS = ['complaint.created', 'complaint.changed', 'complaint.deleted'] as const;
export type ComplaintKind = (typeof COMPLAINT_KINDS)[number];

/** Events of accounts, and events for the operators of the service. */
export const ACCOUNT_KINDS = [
  /** A link to confirm the address of `accountId` is to be mailed, to the pending address if there is one. */
  'email.confirm',
  /** The account no longer has `address`: a mail goes there, and its user in Messaging is removed. */
  'email.changed',
  /** The account no longer has `address`, which was never confirmed: no mail, and its user in Messaging is removed. */
  'email.dropped',
  /** The owner of `accountId` requested another address: a mail goes to the current one. */
  'email.change_requested',
  /** A recovery link was requested, by `username` or by `address`, which may not exist. */
  'recovery.requested',
  'password.changed',
  'role.changed',
  /**
   * `accountId` was erased: its deliveries and the user of `address` in Messaging are removed. One row for each address
   * it had.
   */
  'account.erased',
  'webhook.disabled',
  /** Removes users in Messaging whose address no account has. `accountId`: the last such user that was checked. */
  'addresses.review',
] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

export type OutboxEntry = RowOf<typeof OutboxRow>;
export type StoredOutboxEntry = Stored<OutboxEntry>;

/** The columns of a complaint that decide whether the public learns of its change. */
type Seen = { hidden: boolean; status: Status };

export type ComplaintNews = {
  complaintId: string;
  /** The version that this change makes; for a deletion, the next one. Part of the row id. */
  version: number;
  /** Who did it; undefined for the system. */
  by: { id: string; role: Role } | undefined;
  at: Date;
  /**
   * Names of what changed, without any texts: the fields of a timeline entry (`CHANGED_FIELDS`), `note` for a public
   * note, `internalNote`, `images`, `duplicateOf`, `escalation`, `rating`.
   */
  changed: readonly string[];
  /** Whether the timeline entry is one that the public sees. */
  isPublic: boolean;
  /** The complaint before and after; undefined where there is none. */
  before: Seen | undefined;
  after: Seen | undefined;
};

export type AccountNews = {
  kind: AccountKind;
  at: Date;
  accountId?: string | undefined;
  /** The actor, when it was not the account itself. */
  byId?: string | undefined;
  username?: string | undefined;
  address?: string | undefined;
  webhookId?: string | undefined;
  /** With it, the row id is derived from the event, so the same event is stored once. Without it, the id is random. */
  version?: string | undefined;
};

/** What webhooks are told: hiding a complaint deletes it for the public, and showing it creates it. */
function publicEventOf({ before, after, isPublic }: ComplaintNews): ComplaintKind | null {
  const [was, is] = [before?.hidden === false, after?.hidden === false];
  if (!was && is) return 'complaint.created';
  if (was && !is) return 'complaint.deleted';
  return was && is && isPublic ? 'complaint.changed' : null;
}

function kindOf({ before, after }: ComplaintNews): ComplaintKind {
  if (!before) return 'complaint.created';
  return after ? 'complaint.changed' : 'complaint.deleted';
}

/**
 * The outbox row of a complaint's change, for the same transaction. A single create, since a bulk create fires no
 * event.
 */
export function complaintOutbox(news: ComplaintNews): Operation {
  const { complaintId, version, by, at, changed, before, after } = news;
  return create('outbox', derivedId('o', 'complaint', complaintId, String(version)), {
    kind: kindOf(news),
    at: at.toISOString(),
    byId: by?.id ?? null,
    byRole: by?.role ?? 'system',
    complaintId,
    complaintVersion: version,
    changed: changed.join(','),
    statusBefore: before?.status ?? null,
    status: after?.status ?? null,
    publicEvent: publicEventOf(news),
  });
}

function accountRow(news: AccountNews) {
  const { kind, at, accountId, byId, username, address, webhookId, version } = news;
  const subject = [accountId ?? '', username ?? '', address ?? '', webhookId ?? ''];
  const id = version === undefined ? randomId() : derivedId('o', kind, ...subject, version);
  const data = {
    kind,
    at: at.toISOString(),
    accountId: accountId ?? null,
    byId: byId ?? null,
    username: username ?? null,
    address: address ?? null,
    webhookId: webhookId ?? null,
  };
  return { id, data };
}

/** The outbox row of an account, as part of a transaction. */
export function outboxOperation(news: AccountNews): Operation {
  const { id, data } = accountRow(news);
  return create('outbox', id, data);
}

/** Writes the row outside a transaction, in one call. Writing the same event (see `version`) again changes nothing. */
export async function writeOutbox(store: Store, news: AccountNews): Promise<void> {
  const { id, data } = accountRow(news);
  await store.outbox.insert(id, data);
}

/** Outbox rows, oldest first, without the first `skip` of those created at or after `since` (empty: of all). */
export async function listOutbox(
  store: Store,
  limit: number,
  { since, skip }: { since: string; skip: number },
): Promise<StoredOutboxEntry[]> {
  const later = since === '' ? [] : [Query.greaterThanEqual('$createdAt', since)];
  const offset = skip === 0 ? [] : [Query.offset(skip)];
  const { rows } = await store.outbox.list([...later, ...offset, Query.orderAsc('$createdAt'), Query.limit(limit)]);
  return rows;
}
