import type { StoredDelivery } from '#shared/appwrite/deliveries.ts';
import { writeOutbox } from '#shared/appwrite/outbox.ts';
import type { StoredWebhook } from '#shared/appwrite/webhooks.ts';
import { DAY, SECOND } from '#shared/domain/clock.ts';
import { mayOnComplaint } from '#shared/domain/policy.ts';
import { AddressRefused, type OutgoingAnswer, postToPublic } from '#shared/outgoing/public-request.ts';
import { presentComplaint } from '../complaints/present.ts';
import type { NotifyDeps } from './deps.ts';
import { webhookHeaders, webhookKey } from './sign-webhook.ts';

const LIMITS = { timeoutMs: 10 * SECOND, mostBytes: 64 * 1024 };
/** A webhook is disabled after failing for this long. */
const FAILING_MS = 5 * DAY;

export type WebhookResult =
  | { done: true }
  | { skip: string }
  /** `after`: the seconds of the Retry-After header, or 0. */
  | { failed: string; after: number };

/**
 * The body, from what is public now. Undefined for a deletion if the complaint is public after all, and for other
 * events if it is not.
 */
async function payloadOf(deps: NotifyDeps, delivery: StoredDelivery): Promise<string | undefined> {
  const { complaintId, kind, at } = delivery;
  const complaint = complaintId === null ? undefined : await deps.store.complaints.find(complaintId);
  const isPublic = complaint !== undefined && mayOnComplaint(undefined, 'read', complaint);
  const timestamp = new Date(at).toISOString();
  if (kind === 'complaint.deleted') {
    return isPublic ? undefined : JSON.stringify({ type: kind, timestamp, data: { id: complaintId } });
  }
  if (!isPublic) return undefined;
  const data = presentComplaint(complaint, { viewer: undefined, config: deps.config });
  return JSON.stringify({ type: kind, timestamp, data });
}

async function disable({ store, clock }: NotifyDeps, hook: StoredWebhook, because: string): Promise<void> {
  const since = hook.failingSince ?? clock.now().toISOString();
  // The outbox row comes first: after a crash the same row is written again.
  await writeOutbox(store, { kind: 'webhook.disabled', at: clock.now(), webhookId: hook.$id, version: since });
  await store.webhooks.replace(hook, { enabled: false, failingSince: null, disabledBecause: because });
}

async function noteFailure(deps: NotifyDeps, hook: StoredWebhook): Promise<void> {
  const now = deps.clock.now();
  if (hook.failingSince === null) await deps.store.webhooks.replace(hook, { failingSince: now.toISOString() });
  else if (now.getTime() - Date.parse(hook.failingSince) > FAILING_MS)
    await disable(deps, hook, 'it has failed for five days.');
}

async function noteSuccess({ store }: NotifyDeps, hook: StoredWebhook): Promise<void> {
  if (hook.failingSince !== null) await store.webhooks.replace(hook, { failingSince: null });
}

async function post(
  deps: NotifyDeps,
  hook: StoredWebhook,
  call: { id: string; body: string },
): Promise<OutgoingAnswer | string> {
  const key = webhookKey(hook.secret);
  if (!key) return 'The secret is not whsec_ and the base64 of 24 to 64 bytes.';
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'complaints-webhooks',
    ...webhookHeaders(key, { ...call, at: deps.clock.now() }),
  };
  const limits = { ...LIMITS, allowLoopback: deps.config.webhooksToLoopback };
  try {
    return await postToPublic({ url: hook.url, headers, body: call.body }, limits);
  } catch (error) {
    if (error instanceof AddressRefused) return error.message;
    const code = (error as NodeJS.ErrnoException).code ?? (error as Error).name;
    return `No answer: ${code}.`;
  }
}

/** Calls a webhook once with a fresh signature, and records its success or failure. */
export async function callWebhook(deps: NotifyDeps, delivery: StoredDelivery): Promise<WebhookResult> {
  const hook = delivery.webhookId === null ? undefined : await deps.store.webhooks.find(delivery.webhookId);
  if (!hook?.enabled) return { skip: 'The webhook is disabled or gone.' };
  const body = await payloadOf(deps, delivery);
  if (body === undefined) return { skip: 'Nothing of it is public now, or all of it is again.' };
  const answer = await post(deps, hook, { id: delivery.$id, body });
  if (typeof answer === 'object' && answer.status >= 200 && answer.status < 300) {
    await noteSuccess(deps, hook);
    return { done: true };
  }
  if (typeof answer === 'object' && answer.status === 410) {
    await disable(deps, hook, 'it has answered 410 Gone.');
    return { skip: 'The webhook has answered 410 Gone.' };
  }
  await noteFailure(deps, hook);
  if (typeof answer === 'string') return { failed: answer, after: 0 };
  const after = /^\d{1,5}$/.test(answer.retryAfter ?? '') ? Number(answer.retryAfter) : 0;
  return { failed: `The answer was ${answer.status}.`, after };
}
