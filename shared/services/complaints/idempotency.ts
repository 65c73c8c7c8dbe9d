import { createHash } from 'node:crypto';
import type { z } from 'zod/mini';
import type { RequestRow } from '#shared/appwrite/rows.ts';
import type { Stored } from '#shared/appwrite/table.ts';
import { claimVersion, type Operation, update } from '#shared/appwrite/transaction.ts';
import type { Deps } from '#shared/compose.ts';
import { DAY, SECOND } from '#shared/domain/clock.ts';
import { derivedId, randomId } from '#shared/domain/ids.ts';
import { comeBack, Refusal } from '#shared/domain/problems.ts';

type Remembered = Stored<z.infer<typeof RequestRow>>;
export type Ticket = { complaintId: string; replay: boolean; operations: Operation[]; release(): Promise<void> };

const REMEMBERED_DAYS = 2;
/** Longer than any execution lasts: whoever began this long ago is dead, or will find its claim gone. */
const LEASE_MS = 40 * SECOND;

/** SHA-256 over the content of a request, pictures included. */
export function fingerprintOf(fields: unknown, pictures: readonly Uint8Array[]): string {
  const hash = createHash('sha256').update(JSON.stringify(fields));
  for (const bytes of pictures) hash.update(`|${bytes.byteLength}|`).update(bytes);
  return hash.digest('hex');
}

function ticket(deps: Deps, rowId: string, held: { complaintId: string; version: number }): Ticket {
  return {
    complaintId: held.complaintId,
    replay: false,
    // In the commit of the complaint itself: a run whose claim was taken over commits nothing.
    operations: [claimVersion('requests', rowId, held.version), update('requests', rowId, { done: true })],
    release: () => deps.store.requests.remove(rowId),
  };
}

async function takeOver(deps: Deps, row: Remembered): Promise<Ticket> {
  const age = deps.clock.now().getTime() - Date.parse(row.startedAt);
  const running = comeBack('request_in_progress', 'The first request with this key is still running.', {
    seconds: Math.min(5, Math.max(1, (LEASE_MS - age) / SECOND)),
  });
  if (age < LEASE_MS) throw running;
  // A new id: what the dead run left under the old one is nobody's, and the sweep may take it at any moment.
  const held = { complaintId: randomId(), version: row.version + 1 };
  const claimed = await deps.store.requests.replace(row, { ...held, startedAt: deps.clock.now().toISOString() });
  if (!claimed) throw running;
  return ticket(deps, row.$id, held);
}

/** The ticket to create under an Idempotency-Key: the first run's, a dead run's taken over, or a replay. 409 while running, 422 for other content. */
export async function claimKey(
  deps: Deps,
  userId: string,
  sent: { key: string; fingerprint: string },
): Promise<Ticket> {
  const rowId = derivedId('i', 'idempotency', userId, sent.key);
  const now = deps.clock.now();
  const held = { complaintId: randomId(), version: 1 };
  const expiresAt = new Date(now.getTime() + REMEMBERED_DAYS * DAY).toISOString();
  const fresh = { ...held, fingerprint: sent.fingerprint, startedAt: now.toISOString(), done: false, expiresAt };
  if (await deps.store.requests.insert(rowId, fresh)) return ticket(deps, rowId, held);
  const row = await deps.store.requests.find(rowId);
  if (!row) throw comeBack('request_in_progress', 'The first request with this key has just ended.', { seconds: 1 });
  if (row.fingerprint !== sent.fingerprint) {
    throw new Refusal('idempotency_key_reused', 'This Idempotency-Key was used for other content. Use a new one.');
  }
  if (row.done) return { complaintId: row.complaintId, replay: true, operations: [], release: async () => undefined };
  return takeOver(deps, row);
}
