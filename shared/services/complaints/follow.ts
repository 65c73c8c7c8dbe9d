import { requireAccount } from '#shared/appwrite/accounts.ts';
import { countFollowers, createFollow, isFollowing, removeFollow } from '#shared/appwrite/follows.ts';
import { begin, commit } from '#shared/appwrite/transaction.ts';
import type { Deps } from '#shared/compose.ts';
import type { Actor } from '#shared/domain/account.ts';
import { mayOnComplaint } from '#shared/domain/policy.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { refuseErased } from '../auth/open-session.ts';
import { reserveFollow, withRateLimit } from '../rate-limits.ts';
import { retryOnConflict } from '../retry-on-conflict.ts';
import { noSuchComplaint } from './get-complaint.ts';

/** `accountId`: the actor's id, known before the account is read. */
export type Wish = { id: string; accountId: string; follow: boolean };
export type Following = { id: string; following: boolean; followers: number };

type Attempt = Wish & { asking: Promise<Actor>; charge(): Promise<void> };

async function attempt(deps: Deps, { asking, charge, ...wish }: Attempt): Promise<Following | undefined> {
  const { gateway, store } = deps;
  const { id, accountId: personId } = wish;
  const follow = { personId, complaintId: id };
  const transaction = begin(gateway);
  transaction.catch(() => undefined);
  const [actor, complaint, follows] = await Promise.all([
    asking,
    store.complaints.find(id),
    isFollowing(store, follow),
  ]);
  if (!complaint || !mayOnComplaint(actor, 'read', complaint)) throw noSuchComplaint();
  if (wish.follow && complaint.reporterId === personId) {
    throw new Refusal('forbidden', 'It is your own complaint: you are told of it without following it.');
  }
  const { followers } = complaint;
  if (follows === wish.follow) return { id, following: follows, followers };
  await charge();
  const by = wish.follow ? 1 : -1;
  const operations = [
    wish.follow ? createFollow(follow) : removeFollow(follow),
    countFollowers(id, by),
    ...(wish.follow ? [requireAccount(personId)] : []),
  ];
  const wasCommitted = async () => (await isFollowing(store, follow)) === wish.follow;
  const outcome = await commit(gateway, { operations, wasCommitted }, transaction);
  if (outcome === 'missing') await refuseErased(deps, personId);
  return outcome === 'done' ? { id, following: wish.follow, followers: Math.max(0, followers + by) } : undefined;
}

/**
 * Follows or unfollows a complaint; idempotent. The row and the number of followers are written in one commit. 403 for
 * one's own complaint, 404 for one that the person may not see, 429 after too many. It changes no version and does not
 * count as a change of the complaint.
 */
export function followComplaint(deps: Deps, asking: Promise<Actor>, wish: Wish): Promise<Following> {
  return withRateLimit(reserveFollow(deps, wish.accountId), (charge) =>
    retryOnConflict(deps.clock, 'this complaint', () => attempt(deps, { ...wish, asking, charge })),
  );
}
