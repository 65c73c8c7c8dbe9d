import { detailOf } from './complaints.ts';
import type { Person, Service } from './harness.ts';

export type Race = { writers: number; changes: number };
export type Outcome = { acknowledged: number; refused: number; entries: number; version: number; lost: number };

/** What a writer does next: all that the desk may do without an end. */
function bodyOf(writer: number, turn: number): Record<string, unknown> {
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

/** Many writers on one complaint at the same moment. Refusals that say when to come back are tried again, as a client would. */
export async function race(service: Service, { writers, changes }: Race): Promise<Outcome> {
  const staff = await service.person('staff');
  const { id } = await (await service.person()).file();
  await staff.send('PUT', '/complain', { json: { id, status: 'in_progress' } });
  const acknowledged: string[] = [];
  let refused = 0;
  const write = async (json: Record<string, unknown>) => {
    for (;;) {
      const answer = await staff.send('PUT', '/complain', { json: { id, ...json } });
      if (answer.status === 200) return acknowledged.push(String(json.note ?? json.internalNote));
      if (answer.headers['retry-after'] === undefined) throw new Error(answer.text);
      refused += 1;
    }
  };
  const writer = async (_: unknown, number: number) => {
    for (let turn = 0; turn < changes; turn += 1) await write(bodyOf(number, turn));
  };
  await Promise.all(Array.from({ length: writers }, writer));
  const notes = new Set(await entriesOf(staff, id));
  const { version } = await detailOf(staff, id);
  const lost = acknowledged.filter((note) => !notes.has(note)).length;
  // The first two entries, and the first two versions, are its creation and its beginning.
  return {
    acknowledged: acknowledged.length,
    refused,
    entries: (await entriesOf(staff, id)).length - 2,
    version: version - 2,
    lost,
  };
}
