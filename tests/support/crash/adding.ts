import { fileOne } from './removal.ts';
import { answersOf, complaintForm, expectComplaints, retryingClient, type Stage, type Story } from './stories.ts';

const ADDED = 3;

/** Adds three pictures to a complaint that has three, with a key or without one. */
function adding(retries: number, headers: Record<string, string>): Story {
  const how = 'Idempotency-Key' in headers ? 'with a key' : 'without a key';
  return {
    name: `add 3 pictures ${how}, ${retries} retries`,
    async lane(stage) {
      const id = await fileOne(stage);
      const send = () => {
        const pictures = complaintForm(stage, '');
        for (const field of ['title', 'description']) pictures.delete(field);
        pictures.set('id', id);
        return stage.reporter.send('POST', '/complain/images', { form: pictures, headers });
      };
      return {
        ...retryingClient({ stage, retries, send }),
        async check(result) {
          const confirmed = answersOf(result).filter((answer) => answer?.status === 200).length;
          await expectComplaints(stage, [2]);
          const added = await countAdded(stage, id);
          const most = 'Idempotency-Key' in headers ? 1 : answersOf(result).length;
          const least = Math.min(confirmed, most);
          if (added < least || added > most) throw new Error(`added ${added} times, told so ${confirmed} times`);
        },
      };
    },
  };
}

/** How often three pictures were added, by the row; throws when the timeline says otherwise. */
async function countAdded({ service }: Stage, id: string): Promise<number> {
  const { store } = service.connection;
  const row = await store.complaints.find(id);
  const { rows } = await store.timeline.list([
    JSON.stringify({ method: 'equal', attribute: 'complaintId', values: [id] }),
  ]);
  const entries = rows.filter((entry) => entry.kind === 'images').length;
  const added = ((row?.images.length ?? 0) - ADDED) / ADDED;
  if (added !== entries) throw new Error(`${row?.images.length} pictures and ${entries} entries`);
  return added;
}

const key = { 'Idempotency-Key': 'added-once' };
export const addingStories = [adding(0, key), adding(2, key), adding(0, {}), adding(1, {})];
