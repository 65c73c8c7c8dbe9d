import { accountsOfAddress, findRecipient, listAdminRecipients, type Recipient } from '#shared/appwrite/accounts.ts';
import type { StoredComplaint } from '#shared/appwrite/complaints.ts';
import { makeDeliveries, type NewDelivery } from '#shared/appwrite/deliveries.ts';
import { pageFollowers } from '#shared/appwrite/follows.ts';
import type { StoredOutboxEntry } from '#shared/appwrite/outbox.ts';
import { listEnabledWebhooks } from '#shared/appwrite/webhooks.ts';
import { DEFAULT_NOTIFY } from '#shared/domain/account.ts';
import { AUDIENCE, type Audience, type Happening, happeningsOf, toldTo } from '#shared/domain/audience.ts';
import { MINUTE } from '#shared/domain/clock.ts';
import type { NotifyDeps } from './deps.ts';
import { forgetPerson, reviewAddresses } from './forget-recipient.ts';

/** Changes of a complaint within this time go into one mail. */
const COALESCED_MS = 2 * MINUTE;
/** Longer than a run that may have read the account. The cleanup after an erasure is repeated until then. */
const ERASED_AGAIN_MS = 5 * MINUTE;
const MAX_ADMINS = 100;
const PAGE = 100;

type Wanted = Omit<NewDelivery, 'outboxId' | 'at'>;

/** Whether mails about complaints can reach a person. */
export function canBeMailed({ email, emailConfirmed }: Recipient): boolean {
  return email !== null && emailConfirmed === true;
}

/** The present relations of a person to a complaint. */
export function audiencesOf(person: Recipient, complaint: StoredComplaint): Audience[] {
  const audiences: Audience[] = [];
  if (complaint.reporterId === person.$id) audiences.push('reporter');
  if (complaint.assignedTo === person.username && person.role !== 'user') audiences.push('assignee');
  return audiences;
}

async function peopleOf({ store }: NotifyDeps, complaint: StoredComplaint): Promise<Recipient[]> {
  const [reporter, assignee] = await Promise.all([
    complaint.reporterName === null ? undefined : store.recipients.find(complaint.reporterId),
    complaint.assignedTo === null ? undefined : findRecipient(store, complaint.assignedTo),
  ]);
  const people = [reporter, assignee].filter((person) => person !== undefined);
  return people.filter((person, at) => people.findIndex(({ $id }) => $id === person.$id) === at);
}

/** A person with their relations to the complaint. */
type Concerned = { person: Recipient; audiences: Audience[] };

/** Everyone who may be told of a complaint, in pages: first reporter and assignee, then followers. */
async function* concernedBy(
  deps: NotifyDeps,
  complaint: StoredComplaint,
  happenings: readonly Happening[],
): AsyncGenerator<Concerned[]> {
  const own = await peopleOf(deps, complaint);
  yield own.map((person) => ({ person, audiences: audiencesOf(person, complaint) }));
  if (happenings.every((happening) => AUDIENCE[happening].follower === 'silent')) return;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { people, next } = await pageFollowers(deps.store, complaint.$id, after, PAGE);
    const others = people.filter((id) => own.every(({ $id }) => $id !== id));
    const followers = others.length === 0 ? [] : await deps.store.recipients.findMany(others);
    yield followers.map((person) => ({ person, audiences: ['follower'] }));
    after = next;
  }
}

/** The mails about a change, in pages; none if the complaint is gone. */
async function* complaintMails(deps: NotifyDeps, entry: StoredOutboxEntry): AsyncGenerator<Wanted[]> {
  const { kind, changed, statusBefore, status, byRole, byId, complaintId } = entry;
  if (complaintId === null || (kind !== 'complaint.created' && kind !== 'complaint.changed')) return;
  const complaint = await deps.store.complaints.find(complaintId);
  if (!complaint) return;
  const change = { kind, changed, statusBefore, status, byRole };
  const isAssigned = complaint.assignedTo !== null;
  const happenings = happeningsOf({ ...change, isAssigned, isHidden: complaint.hidden });
  const mail = {
    ...({ channel: 'mail', kind, complaintId, complaintVersion: entry.complaintVersion } as const),
    dueAt: new Date(Date.parse(entry.at) + COALESCED_MS),
  };
  for await (const part of concernedBy(deps, complaint, happenings)) {
    yield part.flatMap(({ person, audiences }) => {
      if (!canBeMailed(person)) return [];
      const recipient = { audiences, notify: person.notify ?? DEFAULT_NOTIFY, isActor: person.$id === byId };
      const told = toldTo(recipient, happenings);
      return told.length === 0 ? [] : [{ ...mail, accountId: person.$id, told, audiences }];
    });
  }
}

async function webhookCalls({ store, clock }: NotifyDeps, entry: StoredOutboxEntry): Promise<Wanted[]> {
  const { publicEvent, complaintId, complaintVersion } = entry;
  if (publicEvent === null) return [];
  const hooks = (await listEnabledWebhooks(store)).filter(({ events }) => events.includes(publicEvent));
  const dueAt = clock.now();
  const call = { channel: 'webhook', kind: publicEvent, complaintId, complaintVersion, dueAt } as const;
  return hooks.map(({ $id }) => ({ ...call, webhookId: $id }));
}

/** Links are mailed only to confirmed addresses. If several accounts have the address, each gets a mail. */
async function recoveryMails({ store, clock }: NotifyDeps, entry: StoredOutboxEntry): Promise<Wanted[]> {
  const { username, address, kind } = entry;
  const byName = username === null ? undefined : await findRecipient(store, username);
  const byAddress = address === null ? [] : await accountsOfAddress(store, address);
  const accounts = byName ? [byName] : byAddress;
  const mail = { channel: 'mail', kind, dueAt: clock.now() } as const;
  return accounts.filter(canBeMailed).map(({ $id }) => ({ ...mail, accountId: $id }));
}

/** Mails about an account are due at once, whatever `notify` says. */
async function accountMails(deps: NotifyDeps, entry: StoredOutboxEntry): Promise<Wanted[]> {
  const { accountId, address, webhookId, kind } = entry;
  const dueAt = deps.clock.now();
  if (kind === 'recovery.requested') return recoveryMails(deps, entry);
  if (kind === 'webhook.disabled') {
    const admins = (await listAdminRecipients(deps.store, MAX_ADMINS)).filter(canBeMailed);
    return admins.map(({ $id }) => ({ channel: 'mail', kind, accountId: $id, webhookId, dueAt }));
  }
  return accountId === null ? [] : [{ channel: 'mail', kind, accountId, address, dueAt }];
}

/** All deliveries of an outbox row, in pages of at most a hundred. */
async function* wantedBy(deps: NotifyDeps, entry: StoredOutboxEntry): AsyncGenerator<Wanted[]> {
  if (entry.complaintId === null) {
    yield await accountMails(deps, entry);
    return;
  }
  yield await webhookCalls(deps, entry);
  yield* complaintMails(deps, entry);
}

/**
 * Makes the deliveries of an outbox row and removes the row. Idempotent, since a delivery's id is derived from the
 * row's id, channel and recipient. Returns the ids that are due at once.
 */
export async function fanOut(deps: NotifyDeps, entry: StoredOutboxEntry): Promise<string[]> {
  const { store, clock } = deps;
  if (entry.kind === 'account.erased') {
    const complete = entry.accountId === null || (await forgetPerson(deps, entry.accountId, entry.address));
    const isOld = Date.parse(entry.at) < clock.now().getTime() - ERASED_AGAIN_MS;
    if (complete && isOld) await store.outbox.remove(entry.$id);
    return [];
  }
  if (entry.kind === 'addresses.review') {
    await reviewAddresses(deps, entry);
    await store.outbox.remove(entry.$id);
    return [];
  }
  const due: string[] = [];
  const { at, $id: outboxId } = entry;
  for await (const part of wantedBy(deps, entry)) {
    if (part.length === 0) continue;
    const made = await makeDeliveries(
      store,
      part.map((one) => ({ ...one, at, outboxId })),
    );
    due.push(...made.filter((_, index) => (part[index]?.dueAt ?? clock.now()) <= clock.now()));
  }
  await store.outbox.remove(entry.$id);
  return due;
}
