import { answersOf, client, expectComplaints, form, type Story } from './stories.ts';

const idOf = (text: string) => (JSON.parse(text) as { id: string }).id;

/** Files with three pictures and a key: once, however often it is sent; without a retry once or not at all. */
function keyed(retries: number): Story {
  return {
    name: `create with 3 pictures and a key, ${retries} retries`,
    async lane(stage) {
      const title = 'Pothole in Mill Lane';
      const headers = { 'Idempotency-Key': 'one-and-only' };
      const send = () => stage.reporter.send('POST', '/complain', { form: form(stage, title), headers });
      return {
        ...client({ stage, retries, send }),
        async check(struck) {
          const answers = answersOf(struck).filter((answer) => answer !== undefined);
          const filed = answers.filter((answer) => answer.status < 300).map((answer) => idOf(answer.text));
          if (new Set(filed).size > 1) throw new Error(`told of different complaints: ${filed}`);
          const surely = retries > 0 || filed.length > 0;
          if (surely && filed.length === 0) throw new Error(`never told: ${answers.map(({ status }) => status)}`);
          // A killed function cannot answer; the 500 is the platform's.
          const internal = answers.some(({ status }) => status === 500);
          if (internal && struck.fault?.kind !== 'kill') throw new Error('an internal error');
          await expectComplaints(stage, surely ? [2] : [1, 2]);
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
      const send = () => stage.reporter.send('POST', '/complain', { form: form(stage, 'Pothole') });
      return {
        ...client({ stage, retries, send }),
        async check(struck) {
          const filed = answersOf(struck).filter((answer) => answer?.status === 201).length;
          const most = answersOf(struck).length;
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
