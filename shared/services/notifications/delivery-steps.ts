import {
  type Delivery,
  endJoined,
  isOver,
  KEPT_MS,
  listCompanions,
  listJoined,
  messageIdOf,
  recordDelivery,
  removeDeliveries,
  type StoredDelivery,
  takeDelivery,
} from '#shared/appwrite/deliveries.ts';
import { DAY, HOUR, MINUTE, SECOND } from '#shared/domain/clock.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { MailRefused } from '#shared/mail/mail.ts';
import { callWebhook } from './call-webhook.ts';
import { composeMail } from './compose-mail.ts';
import type { NotifyDeps } from './deps.ts';
import { discardMessages, forgetUnneeded, LATE_MS } from './forget-recipient.ts';

/** The backoff before each retry. After the last one the delivery has failed. */
const BACKOFF_MS = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, DAY];
/** When Messaging is first asked for the result of a message. */
const RESULT_MS = 30 * SECOND;
/** A message that is `processing` for longer counts as stuck and is sent again under another id. */
const STUCK_MS = 10 * MINUTE;
const AGAIN_MS = MINUTE;

/** Why an attempt failed, with addresses removed. */
function describe(error: unknown): string {
  const cause = error instanceof Refusal ? error.cause : error;
  const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown';
  return text.replace(/\S+@\S+/g, '(address)').slice(0, 300);
}

/** Takes the next step of deliveries. */
class Step {
  readonly #deps: NotifyDeps;
  readonly #now: Date;

  constructor(deps: NotifyDeps) {
    this.#deps = deps;
    this.#now = deps.clock.now();
  }

  #in(milliseconds: number): Date {
    return new Date(this.#now.getTime() + milliseconds);
  }

  /** Records the end before it removes the message: a mail whose end is not recorded would be sent again. */
  async #end(delivery: StoredDelivery, end: Pick<Delivery, 'status' | 'reason'>): Promise<void> {
    const { store } = this.#deps;
    if (delivery.attempts > 0 && delivery.complaintId !== null)
      await endJoined(store, delivery, { ...end, now: this.#now });
    // A failed attempt may still have handed over a message.
    const wasRetried = delivery.channel === 'mail' && delivery.attempts > 1;
    const messageId = wasRetried ? messageIdOf(delivery, delivery.round) : delivery.messageId;
    const messageMs = wasRetried ? LATE_MS : 0;
    const dueAt = this.#in(messageId === null ? KEPT_MS : messageMs);
    const ended = await recordDelivery(store, delivery, { ...end, messageId, dueAt });
    if (ended && messageId !== null && messageMs === 0) await this.#discard(ended);
    // `address` is set only for mails to a former address. Messaging keeps that address while other mails
    // to it are pending.
    if (ended && delivery.address) await forgetUnneeded(this.#deps, [delivery.address]);
  }

  /**
   * Removes the messages of an ended delivery, which may contain links. A message that Messaging never finishes cannot
   * be removed; it is retried after growing pauses, at most a day.
   */
  async #discard(delivery: StoredDelivery): Promise<void> {
    const { store } = this.#deps;
    if (await discardMessages(this.#deps, delivery)) {
      // The row of an erased person has no other purpose.
      if (delivery.channel === 'mail' && delivery.accountId === null) await removeDeliveries(store, [delivery.$id]);
      else await recordDelivery(store, delivery, { messageId: null, dueAt: this.#in(KEPT_MS) });
      return;
    }
    const age = this.#now.getTime() - Date.parse(delivery.at);
    await recordDelivery(store, delivery, { dueAt: this.#in(Math.min(Math.max(age / 4, AGAIN_MS), DAY)) });
  }

  /** Schedules a retry, or records the failure after the last one. */
  async #retry(
    taken: StoredDelivery,
    reason: string,
    { after = 0, next = {} }: { after?: number; next?: Partial<Pick<Delivery, 'round'>> & { handedAt?: null } } = {},
  ) {
    const pause = BACKOFF_MS[taken.attempts - 1];
    if (pause === undefined) return this.#end(taken, { status: 'failed', reason });
    const dueAt = this.#in(Math.max(pause, after * SECOND));
    await recordDelivery(this.#deps.store, taken, { ...next, reason, dueAt });
  }

  async #askResult(delivery: StoredDelivery, messageId: string): Promise<void> {
    const result = await this.#deps.mailer.resultOf(messageId);
    const next = { round: delivery.round + 1, handedAt: null };
    // A missing message was removed after Messaging had accepted it.
    if (result.status === 'sent' || result.status === 'missing')
      return this.#end(delivery, { status: 'sent', reason: null });
    if (result.status === 'failed') return this.#retry(delivery, describe(new Error(result.reason)), { next });
    const isStuck = this.#now.getTime() - Date.parse(delivery.handedAt ?? delivery.at) > STUCK_MS;
    if (!isStuck) return void (await recordDelivery(this.#deps.store, delivery, { dueAt: this.#in(AGAIN_MS) }));
    const reason = 'Messaging did not finish it within ten minutes.';
    if (BACKOFF_MS[delivery.attempts - 1] === undefined) return this.#end(delivery, { status: 'failed', reason });
    await recordDelivery(this.#deps.store, delivery, { ...next, reason, messageId: null, dueAt: this.#now });
  }

  async #handOver(delivery: StoredDelivery): Promise<void> {
    const { store, mailer } = this.#deps;
    const isFirst = delivery.attempts === 0;
    const companions = isFirst ? await listCompanions(store, delivery) : [];
    const taken = await takeDelivery(this.#deps, delivery, { companions, now: this.#now });
    if (!taken) return;
    try {
      if (taken.channel === 'webhook') await this.#call(taken);
      else await this.#mail(taken, isFirst ? companions : await listJoined(store, taken));
    } catch (error) {
      if (error instanceof MailRefused) return this.#end(taken, { status: 'failed', reason: error.message });
      await this.#retry(taken, describe(error));
    }
    // The message of a failed earlier round.
    if (taken.messageId !== null) await mailer.removeMail(taken.messageId);
  }

  async #mail(taken: StoredDelivery, joined: readonly StoredDelivery[]): Promise<void> {
    const { store, mailer, clock } = this.#deps;
    const messageId = messageIdOf(taken, taken.round);
    // An attempt whose answer was lost may have handed over the message. A second mail would end the link of the first.
    const isKnown = taken.attempts > 1 && (await mailer.resultOf(messageId)).status !== 'missing';
    if (!isKnown) {
      const composed = await composeMail(this.#deps, [taken, ...joined]);
      if ('skip' in composed) return this.#end(taken, { status: 'skipped', reason: composed.skip });
      const handed = await mailer.send({ ...composed, id: messageId });
      if (handed === 'sent') return this.#end(taken, { status: 'sent', reason: null });
    }
    const handedAt = clock.now();
    await recordDelivery(store, taken, { handedAt, messageId, dueAt: this.#in(RESULT_MS) });
  }

  async #call(taken: StoredDelivery): Promise<void> {
    const result = await callWebhook(this.#deps, taken);
    if ('done' in result) return this.#end(taken, { status: 'sent', reason: null });
    if ('skip' in result) return this.#end(taken, { status: 'skipped', reason: result.skip });
    return this.#retry(taken, result.failed, { after: result.after });
  }

  async take(delivery: StoredDelivery): Promise<void> {
    const { status, handedAt, messageId } = delivery;
    if (status !== 'pending') return this.#discard(delivery);
    if (handedAt !== null && messageId !== null) return this.#askResult(delivery, messageId);
    return this.#handOver(delivery);
  }
}

/**
 * Leaves out untried deliveries that will join the mail of an earlier one to the same person about the same complaint.
 */
export function firstOfEachMail(deliveries: readonly StoredDelivery[]): StoredDelivery[] {
  const seen = new Set<string>();
  return deliveries.filter(({ channel, attempts, accountId, complaintId }) => {
    if (channel !== 'mail' || attempts > 0 || complaintId === null) return true;
    const group = `${accountId} ${complaintId}`;
    if (seen.has(group)) return false;
    seen.add(group);
    return true;
  });
}

/**
 * Takes the next step of each due delivery and returns the errors. A delivery that fails stays due, or is due again
 * when its lease expires.
 */
export async function takeDeliverySteps(deps: NotifyDeps, deliveries: readonly StoredDelivery[]): Promise<unknown[]> {
  const failures: unknown[] = [];
  const over = deliveries.filter(isOver);
  await removeDeliveries(
    deps.store,
    over.map(({ $id }) => $id),
  ).catch((error: unknown) => failures.push(error));
  const step = new Step(deps);
  const steps = deliveries.filter((delivery) => !isOver(delivery)).map((delivery) => step.take(delivery));
  for (const { reason, status } of (await Promise.allSettled(steps)) as PromiseRejectedResult[]) {
    if (status === 'rejected') failures.push(reason);
  }
  return failures;
}
