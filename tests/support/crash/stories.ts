import type { EnumerationOptions, Lane, PointOutcome } from 'local-appwrite/crash-enumerator';
import { HOUR, SECOND } from '#shared/domain/clock.ts';
import { type Person, type Service, startService } from '../harness.ts';
import { checkInvariants } from '../invariants.ts';
import { makePicture } from '../pictures.ts';
import type { Answer } from '../send.ts';

/** Enough for the daily pass to be due. */
const MORE_THAN_A_DAY = 25 * HOUR;
const DAYS = 4;

/** The client's answers, one for each try. */
export type StoryResult = { tries: (Answer | undefined)[] };
/** `callFilter`: the calls that faults strike; by default those of all functions. */
export type Story = {
  name: string;
  callFilter?: EnumerationOptions['callFilter'];
  lane(stage: Stage): Promise<Lane<StoryResult>>;
};

/** A service with people and pictures, on which stories are played. */
export type Stage = { service: Service; reporter: Person; admin: Person; pictures: Uint8Array[] };

export async function openStage(): Promise<Stage> {
  const settings = {
    APPWRITE_TIMEOUT_MS: '400',
    WEBHOOKS_TO_LOOPBACK: 'true',
    // Working hours around the clock let deadlines pass at any hour.
    WORKING_HOURS: 'mon-sun 00:00-24:00',
  };
  const service = await startService(settings, { notifications: true });
  const [reporter, admin] = await service.people('user', 'admin');
  const pictures = await Promise.all((['jpeg', 'png', 'webp'] as const).map((format) => makePicture(format)));
  // Warms up: the first complaint creates the totals.
  await reporter.file({ title: 'One that lives' });
  return { service, reporter, admin, pictures };
}

/**
 * Advances four days: one daily pass records leftovers, the next removes them. A pass with a fault needs another run.
 */
export async function runDailyPasses({ local }: Service): Promise<void> {
  for (let day = 0; day < DAYS; day += 1) {
    local.clock.advance(MORE_THAN_A_DAY);
    await local.settle();
  }
}

export function complaintForm({ pictures }: Stage, title: string): FormData {
  const filled = new FormData();
  filled.set('title', title);
  filled.set('description', 'Deep enough to lose a wheel in.');
  for (const [index, bytes] of pictures.entries()) filled.set(`image${index + 1}`, new Blob([bytes]), `p${index}.jpg`);
  return filled;
}

export const answerOrUndefined = (sending: Promise<Answer>) => sending.catch(() => undefined);

/** Repeats the request after a 409, 429, 503 or no answer, up to four times, with 41 s in between. */
async function retryWhileBusy(stage: Stage, send: () => Promise<Answer>): Promise<Answer | undefined> {
  for (let tries = 0; ; tries += 1) {
    const answer = await answerOrUndefined(send());
    if (tries === 3 || (answer && ![409, 429, 503].includes(answer.status))) return answer;
    stage.service.local.clock.advance(41 * SECOND);
    await stage.service.local.settle();
  }
}

type RetryOptions = { stage: Stage; retries: number; send: () => Promise<Answer> };

/** A client that sends, and then retries `retries` times whatever the answer was; daily passes follow. */
export function retryingClient({
  stage,
  retries,
  send,
}: RetryOptions): Pick<Lane<StoryResult>, 'local' | 'story' | 'recover'> {
  const { local } = stage.service;
  return {
    local,
    async story() {
      const answer = await answerOrUndefined(send());
      await local.settle();
      return { tries: [answer] };
    },
    async recover({ outcome }: PointOutcome<StoryResult>) {
      for (let n = 0; n < retries; n += 1) {
        const answer = await retryWhileBusy(stage, send);
        if (outcome.status === 'fulfilled') outcome.value.tries.push(answer);
      }
      await runDailyPasses(stage.service);
    },
  };
}

export function answersOf({ outcome }: PointOutcome<StoryResult>): (Answer | undefined)[] {
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value.tries;
}

/** Expects one of these numbers of complaints, and no broken invariant. */
export async function expectComplaints({ service }: Stage, allowed: number[], options = {}): Promise<void> {
  const { complaints } = await checkInvariants(service, options);
  if (!allowed.includes(complaints.length)) throw new Error(`${complaints.length} complaints, not ${allowed}`);
}
