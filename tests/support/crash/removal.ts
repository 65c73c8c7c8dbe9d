import { Complaint } from '#shared/contract/responses.ts';
import {
  answersOf,
  complaintForm,
  expectComplaints,
  retryingClient,
  runDailyPasses,
  type Stage,
  type Story,
} from './stories.ts';

export async function fileOne(stage: Stage): Promise<string> {
  const answer = await stage.reporter.send('POST', '/complain', { form: complaintForm(stage, 'To be deleted') });
  return answer.as(Complaint, 201).id;
}

/** Deletes by the API; the event and the clean-up follow. */
function deleting(retries: number): Story {
  return {
    name: `delete with 3 pictures and its cleanup, ${retries} retries`,
    async lane(stage) {
      const id = await fileOne(stage);
      const send = () => stage.reporter.send('POST', '/complain/delete', { json: { id } });
      return {
        ...retryingClient({ stage, retries, send }),
        async check(result) {
          const statuses = answersOf(result).map((answer) => answer?.status);
          const isDeleted = statuses.some((status) => status === 200 || status === 404);
          if (retries > 0 && !isDeleted) throw new Error(`never deleted: ${statuses}`);
          await expectComplaints(stage, isDeleted ? [1] : [1, 2]);
        },
      };
    },
  };
}

/**
 * A row is deleted in the console, so that only the event and maintenance clean up. Its totals are not checked here.
 */
const inConsole: Story = {
  name: 'cleanup after a delete in the console',
  async lane(stage) {
    const id = await fileOne(stage);
    const { local, connection } = stage.service;
    return {
      local,
      async story() {
        await connection.store.complaints.remove(id);
        await local.settle();
        return { tries: [] };
      },
      recover: () => runDailyPasses(stage.service),
      check: () => expectComplaints(stage, [1], { totals: false }),
    };
  },
};

export const removalStories = [deleting(0), deleting(1), deleting(2), inConsole];
