import { detailOf } from './complaints.ts';
import type { Person, Service } from './harness.ts';
import type { Answer } from './send.ts';

export type Load = {
  clients: number;
  /** How often each client files a complaint and then has a note put to it. */
  rounds: number;
};

/** The answers to one kind of request: how long each took, in milliseconds, and how often each status came. */
export type Measured = { milliseconds: number[]; statuses: Map<number, number> };

export type Outcome = {
  filed: Measured;
  changed: Measured;
  seconds: number;
  /** Complaints and notes that were acknowledged and are not there. */
  lost: string[];
};

/** Clients that work side by side, each on complaints of its own, with a fixed number of requests. */
export async function fileAndChange(service: Service, { clients, rounds }: Load): Promise<Outcome> {
  const [staff, ...people] = await service.people('staff', ...Array<'user'>(clients).fill('user'));
  const [filed, changed] = [nothingMeasured(), nothingMeasured()];
  const acknowledged: { id: string; note: string | undefined }[] = [];
  const client = async (person: Person, number: number) => {
    for (let round = 1; round <= rounds; round += 1) {
      const note = `Client ${number}, round ${round}`;
      const json = { title: 'A broken lamp', description: note };
      const filing = await measure(filed, () => person.send('POST', '/complain', { json }));
      if (filing.status !== 201) continue;
      const { id } = JSON.parse(filing.text);
      const change = await measure(changed, () => (staff as Person).send('PUT', '/complain', { json: { id, note } }));
      acknowledged.push({ id, note: change.status === 200 ? note : undefined });
    }
  };
  const started = performance.now();
  await Promise.all(people.map(client));
  const seconds = (performance.now() - started) / 1000;
  return { filed, changed, seconds, lost: await missing(staff as Person, acknowledged) };
}

/** Sends a request and notes how long its answer took. */
export async function measure(into: Measured, request: () => Promise<Answer>): Promise<Answer> {
  const started = performance.now();
  const answer = await request();
  into.milliseconds.push(performance.now() - started);
  into.statuses.set(answer.status, (into.statuses.get(answer.status) ?? 0) + 1);
  return answer;
}

async function missing(staff: Person, acknowledged: { id: string; note: string | undefined }[]): Promise<string[]> {
  const lost: string[] = [];
  for (const { id, note } of acknowledged) {
    const notes = (await detailOf(staff, id).catch(() => undefined))?.timeline.map((entry) => entry.note);
    if (!notes) lost.push(`complaint ${id}`);
    else if (note !== undefined && !notes.includes(note)) lost.push(`the note of ${id}`);
  }
  return lost;
}

export function nothingMeasured(): Measured {
  return { milliseconds: [], statuses: new Map() };
}

/** How many answers had a status from 500 on. */
export function failures({ statuses }: Measured): number {
  return [...statuses].reduce((sum, [status, count]) => sum + (status >= 500 ? count : 0), 0);
}
