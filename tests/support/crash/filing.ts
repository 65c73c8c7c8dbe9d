import { answersOf, complaintForm, expectComplaints, retryingClient, type Story } from './stories.ts';

const idOf = (text: string) => (JSON.parse(text) as { id: string }).id;

/** Files with three pictures and a key: once, however often it is sent; without a retry once or not at all. */
function keyed(retries: number): Story {
  return {
    name: `create with 3 pictures and a key, ${retries} retries`,
    async lane(stage) {
      const title = 'Pothole in Mill Lane';
      const headers = { 'Idempotency-Key': 'one-and-only' };
      const send = () => stage.reporter.send('POST', '/complain', { form: complaintForm(stage, title), headers });
      return {
        ...retryingClient({ stage, retries, send }),
        async check(result) {
          const answers = answersOf(result).filter((answer) => answer !== undefined);
          const filed = answers.filter((answer) => answer.status < 300).map((answer) => idOf(answer.text));
          if (new Set(filed).size > 1) throw new Error(`told of different complaints: ${filed}`);
          const mustExist = retries > 0 || filed.length > 0;
          if (mustExist && filed.length === 0) throw new Error(`never told: ${answers.map(({ status }) => status)}`);
          // A killed function cannot answer; the 500 is the platform's.
          const internal = answers.some(({ status }) => status === 500);
          if (internal && result.fault?.kind !== 'kill') throw new Error('an internal error');
          await expectComplaints(stage, mustExist ? [2] : [1, 2]);
        },
      };
    },
  };
}

/** Without a key a retry may file it twice, but never partially. */
function unkeyed(retries: number): Story {
  return {
    name: `create with 3 pictures, ${retries} retries`,
    async lane(stage) {
      const send = () => stage.reporter.send('POST', '/complain', { form: complaintForm(stage, 'Pothole') });
      return {
        ...retryingClient({ stage, retries, send }),
        async check(result) {
          const filed = answersOf(result).filter((answer) => answer?.status === 201).length;
          const most = answersOf(result).length;
          await expectComplaints(
            stage,
            Array.from({ length: most - filed + 1 }, (_, n) => 1 + filed + n),
          );
        },
      };
    },
  };
}

export const filingStories = [keyed(0), keyed(1), keyed(2), unkeyed(0), unkeyed(1)];
