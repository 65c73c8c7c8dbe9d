import { createHash } from 'node:crypto';
import type { RowOf, Stored } from '#shared/appwrite/row.ts';
import type { RequestRow } from '#shared/appwrite/rows.ts';
import { claimVersion, type Operation, update } from '#shared/appwrite/transaction.ts';
import type { Deps } from '#shared/compose.ts';
import { DAY, nextTurn, SECOND } from '#shared/domain/clock.ts';
import { complaintIdAt, derivedId } from '#shared/domain/ids.ts';
import { invalidField, type ProblemCode, Refusal, retryLater } from '#shared/domain/problems.ts';
import type { Pieces } from '#shared/media/pieces.ts';

type Remembered = Stored<RowOf<typeof RequestRow>>;
export type IdempotencyClaim = {
  complaintId: string;
  replay: boolean;
  operations: Operation[];
  /** Whether this run still has the lease. */
  held(): Promise<boolean>;
  /** Frees the key after this error: after a refusal for any request, after a failure for the same one. */
  free(error: unknown): Promise<void>;
};

const REMEMBERED_DAYS = 2;
/** The lease, longer than any execution. After it, the earlier run has crashed or cannot commit any more. */
const LEASE_MS = 40 * SECOND;

/** After these refusals the same request may succeed, or another run of it is still working. */
const REPEATABLE: readonly ProblemCode[] = ['unavailable', 'busy', 'request_in_progress'];

/** The claim of a request without a key, or of a replayed one. */
export function unkeyedClaim(complaintId: string, replay: boolean): IdempotencyClaim {
  return { complaintId, replay, operations: [], held: async () => true, free: async () => undefined };
}

/** 422 unless an Idempotency-Key, if there is one, is 1 to 255 printable ASCII characters. */
export function refuseMalformedKey(key: string | undefined): void {
  if (key === undefined || /^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/.test(key)) return;
  throw invalidField('Idempotency-Key', 'invalid_format', 'must be 1 to 255 printable ASCII characters');
}

/** SHA-256 of the content of a request, pictures included. */
export async function fingerprintOf(fields: unknown, pictures: readonly Pieces[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(fields));
  for (const { size, parts } of pictures) {
    hash.update(`|${size}|`);
    for (const part of parts) hash.update(part);
    await nextTurn();
  }
  return hash.digest('hex');
}

function claimOf({ store }: Deps, row: Remembered): IdempotencyClaim {
  return {
    complaintId: row.complaintId,
    replay: false,
    // Part of the complaint's commit, so a run that lost its lease commits nothing.
    operations: [claimVersion('requests', row.$id, row.version), update('requests', row.$id, { done: true })],
    async held() {
      const now = await store.requests.find(row.$id);
      return now?.version === row.version && !now.done;
    },
    async free(error) {
      const refused = error instanceof Refusal && !REPEATABLE.includes(error.code);
      // The update has no effect if the complaint was committed or another run has taken over.
      const freeing = refused
        ? store.requests.remove(row.$id)
        : store.requests.replace(row, { startedAt: new Date(0).toISOString() });
      await freeing.catch(() => undefined);
    },
  };
}

/** If the answer of the write was lost, it has succeeded if the row names this complaint. */
async function claimed(
  deps: Deps,
  held: { rowId: string; complaintId: string },
  write: Promise<Remembered | undefined>,
) {
  try {
    return await write;
  } catch (error) {
    const row = await deps.store.requests.find(held.rowId).catch(() => undefined);
    if (row?.complaintId !== held.complaintId) throw error;
    return row;
  }
}

function times(now: Date) {
  const expiresAt = new Date(now.getTime() + REMEMBERED_DAYS * DAY).toISOString();
  return { startedAt: now.toISOString(), expiresAt };
}

async function takeOver(deps: Deps, row: Remembered, complaintId: string): Promise<IdempotencyClaim> {
  const age = deps.clock.now().getTime() - Date.parse(row.startedAt);
  const running = retryLater('request_in_progress', 'The first request with this key is still running.', {
    seconds: Math.min(5, (LEASE_MS - age) / SECOND),
  });
  if (age < LEASE_MS) throw running;
  const fresh = { complaintId, version: row.version + 1, ...times(deps.clock.now()) };
  const write = deps.store.requests.replace(row, fresh);
  const taken = await claimed(deps, { rowId: row.$id, complaintId: fresh.complaintId }, write);
  if (!taken) throw running;
  return claimOf(deps, taken);
}

/** `complaintId`: the complaint that the request changes. A filing gets a new id. */
export type Sent = { key: string; fingerprint: string; complaintId?: string };

/**
 * Claims an Idempotency-Key for the first run, for a replay, or by taking over the lease of a crashed run. 409 while
 * another run works, 422 for other content. A filing that takes over uses a new id; maintenance removes what the
 * crashed run stored under the old one.
 */
export async function claimKey(deps: Deps, userId: string, sent: Sent): Promise<IdempotencyClaim> {
  const rowId = derivedId('i', 'idempotency', userId, sent.key);
  const complaintId = sent.complaintId ?? complaintIdAt(deps.clock.now());
  const fresh = { complaintId, version: 1, fingerprint: sent.fingerprint, done: false, ...times(deps.clock.now()) };
  const first = await claimed(deps, { rowId, complaintId }, deps.store.requests.insert(rowId, fresh));
  if (first) return claimOf(deps, first);
  const row = await deps.store.requests.find(rowId);
  if (!row) throw retryLater('request_in_progress', 'The first request with this key has just ended.', { seconds: 1 });
  if (row.fingerprint !== sent.fingerprint) {
    throw new Refusal('idempotency_key_reused', 'This Idempotency-Key was used for other content. Use a new one.');
  }
  return row.done ? unkeyedClaim(row.complaintId, true) : takeOver(deps, row, complaintId);
}
