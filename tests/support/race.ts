import { randomBytes } from 'node:crypto';
import { findByUsername } from '#shared/appwrite/accounts.ts';
import { composeService, openDeps } from '#shared/compose.ts';
import { readConfig } from '#shared/config.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { changeComplaint } from '#shared/services/complaints/change-complaint.ts';
import type { ChangeInput } from '#shared/services/complaints/change-input.ts';
import { detailOf } from './complaints.ts';
import type { Person, Service } from './harness.ts';

export type Race = { writers: number; changes: number };
export type Outcome = { acknowledged: number; refused: number; entries: number; version: number; lost: number };

/** The next change of a writer: one that the desk may make any number of times. */
function bodyOf(writer: number, turn: number): ChangeInput {
  const note = `Writer ${writer}, change ${turn}`;
  if (turn % 3 === 0) return { internalNote: note };
  return turn % 3 === 1 ? { note } : { note, progress: (writer * 7 + turn) % 101 };
}

async function entriesOf(viewer: Pick<Person, 'send'>, id: string): Promise<string[]> {
  const notes: string[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const { timeline, timelineNext }: Awaited<ReturnType<typeof detailOf>> = await detailOf(viewer, id, after);
    notes.push(...timeline.map((entry) => entry.note ?? entry.internalNote ?? ''));
    after = timelineNext;
  }
  return notes;
}

/** Whether the change was made; false when it must be tried again. */
type Writer = (id: string, input: ChangeInput) => Promise<boolean>;

function httpWriter(staff: Person): Writer {
  return async (id, input) => {
    const answer = await staff.send('PUT', '/complain', { json: { id, ...input } });
    if (answer.status !== 200 && answer.headers['retry-after'] === undefined) throw new Error(answer.text);
    return answer.status === 200;
  };
}

/** The same code in this process, like a second container of the function, which shares no locks with the first one. */
async function inProcessWriter({ local, connection }: Service, username: string): Promise<Writer> {
  const account = await findByUsername(connection.store, username);
  if (!account) throw new Error('no such account');
  const actor = { id: account.$id, username, role: account.role };
  const config = readConfig({
    APPWRITE_FUNCTION_API_ENDPOINT: local.endpoint,
    APPWRITE_FUNCTION_PROJECT_ID: local.projectId,
    TOKEN_SECRET: randomBytes(48).toString('base64url'),
  });
  const service = composeService(config);
  return async (id, input) => {
    const deps = openDeps(service, { key: local.apiKey, address: 'elsewhere' });
    try {
      await changeComplaint(deps, Promise.resolve(actor), { id, ifMatch: undefined, input, accountId: actor.id });
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.headers['retry-after'] !== undefined) return false;
      throw error;
    }
  };
}

/**
 * Many writers change one complaint at the same moment, from two independent processes. Refusals with Retry-After are
 * tried again, as by a client.
 */
export async function race(service: Service, { writers, changes }: Race): Promise<Outcome> {
  const staff = await service.person('staff');
  const { id } = await (await service.person()).file();
  await staff.send('PUT', '/complain', { json: { id, status: 'in_progress' } });
  const writeFunctions = [httpWriter(staff), await inProcessWriter(service, staff.username)] as const;
  const acknowledged: string[] = [];
  let refused = 0;
  const writer = async (_: unknown, number: number) => {
    const write = writeFunctions[number % 2 === 0 ? 0 : 1];
    for (let turn = 0; turn < changes; turn += 1) {
      const input = bodyOf(number, turn);
      while (!(await write(id, input))) refused += 1;
      acknowledged.push(input.note ?? input.internalNote ?? '');
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  const notes = new Set(await entriesOf(staff, id));
  const { version } = await detailOf(staff, id);
  const lost = acknowledged.filter((note) => !notes.has(note)).length;
  // The first two entries and versions are the filing and the start of work.
  return {
    acknowledged: acknowledged.length,
    refused,
    entries: (await entriesOf(staff, id)).length - 2,
    version: version - 2,
    lost,
  };
}
