import type { Complaint } from '#shared/contract/responses.ts';
import { MINUTE } from '#shared/domain/clock.ts';
import type { Person, Service } from './harness.ts';
import { advanceMinutes, deliveriesOf, giveAddress, inboxOf } from './mail.ts';
import type { Random } from './seeded-random.ts';

export type StoryOptions = {
  changes: number;
  /** The share of failing calls of `notifications`, and of lost or doubled events. */
  faults: number;
  random: Random;
};

export type StoryReport = {
  changes: number;
  faultHits: number;
  /** Pairs of a recipient and a change that they must be told of. */
  expected: number;
  missing: string[];
  /** Changes that more than one mail tells. */
  duplicated: string[];
  mails: number;
  /** Minutes from a change to its mail by the service's clock; two of them are the wait for further changes. */
  minutes: { p50: number; p95: number };
};

const CALL_FAULTS = ['reset', 'server-error', 'rate-limit', 'wrong-json', 'html-502', 'kill'] as const;
const EVENT_FAULTS = ['event-lost', 'event-doubled'] as const;

type Expected = { who: string; what: string; at: number };

/** Each change is a note with a unique text, so that the mails show what was told to whom, and how often. */
class NotifyStory {
  readonly #service: Service;
  readonly #options: StoryOptions;
  readonly #expected: Expected[] = [];
  readonly #people: { reporters: Person[]; staff: Person[] };
  #faultHits = 0;

  constructor(service: Service, options: StoryOptions, people: { reporters: Person[]; staff: Person[] }) {
    this.#service = service;
    this.#options = options;
    this.#people = people;
  }

  /** Plans a fault: one of the next twelve calls fails, with or without effect; sometimes also an event. */
  #planFault(): void {
    const { random } = this.#options;
    const { faults } = this.#service.local;
    const functionId = this.#service.functionId('notifications');
    if (random.chance(0.3)) faults.add({ kind: random.pick(EVENT_FAULTS), functionId });
    const effect = random.pick(['none', 'done'] as const);
    faults.add({ kind: random.pick(CALL_FAULTS), effect, functionId, nth: 1 + random.below(12) });
  }

  async #change(open: Complaint[], at: number): Promise<void> {
    const { random } = this.#options;
    const { staff, reporters } = this.#people;
    const complaint = open[at % open.length];
    const reporter = reporters[at % open.length];
    const person = staff[random.below(staff.length)];
    if (!complaint || !reporter || !person) throw new Error('nobody to do it');
    const what = `remark-${at}-of-the-story`;
    // Repeated after a 503, as clients do; a 412 then means that the first request took effect.
    const sending = { json: { id: complaint.id, note: what }, headers: { 'if-match': `"${complaint.version}"` } };
    for (let tries = 0; ; tries += 1) {
      const { status, text } = await person.send('PUT', '/complain', sending);
      if (status === 200 || (status === 412 && tries > 0)) break;
      if (status !== 503 || tries === 5) throw new Error(`a change was refused with ${status}: ${text}`);
    }
    complaint.version += 1;
    this.#expected.push({ who: `${reporter.username}@example.org`, what, at: this.#service.local.clock.now() });
  }

  async run(): Promise<StoryReport> {
    const { changes, faults, random } = this.#options;
    const { local } = this.#service;
    const open = await Promise.all(this.#people.reporters.map((reporter) => reporter.file()));
    await local.settle();
    for (let at = 0; at < changes; at += 1) {
      // A change causes about twelve calls and an event.
      if (random.chance(12 * faults)) this.#planFault();
      await this.#change(open, at);
      if (random.chance(0.1)) await advanceMinutes(this.#service, 1);
    }
    for (const planned of local.faults.list()) this.#faultHits += planned.hits;
    local.faults.clear();
    await advanceMinutes(this.#service, 60, 5);
    return this.#report(open);
  }

  async #report(open: Complaint[]): Promise<StoryReport> {
    const mails = await inboxOf(this.#service, undefined, 10_000);
    const found = this.#expected.map((expected) => ({
      ...expected,
      mails: mails.filter(({ to, text }) => to === expected.who && new RegExp(`${expected.what}\\b`).test(text)),
    }));
    const name = ({ who, what }: Expected) => `${who} ${what}`;
    const waited = found.flatMap(({ at, mails: [first] }) => (first ? [(Date.parse(first.at) - at) / MINUTE] : []));
    const sorted = waited.sort((a, b) => a - b);
    const nth = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
    const unfinished = (await Promise.all(open.map(({ id }) => deliveriesOf(this.#service, id)))).flat();
    const missing = [
      ...found.filter((one) => one.mails.length === 0).map(name),
      ...unfinished.filter(({ status }) => status !== 'sent').map(({ $id, status }) => `${$id} is ${status}`),
    ];
    return {
      changes: this.#expected.length,
      faultHits: this.#faultHits,
      expected: found.length,
      missing,
      duplicated: found.filter((one) => one.mails.length > 1).map(name),
      mails: mails.length,
      minutes: { p50: nth(0.5), p95: nth(0.95) },
    };
  }
}

/**
 * Changes complaints while calls of `notifications` fail and events are lost and doubled; reports who was told what.
 */
export async function runNotifyStory(service: Service, options: StoryOptions): Promise<StoryReport> {
  const people = {
    reporters: await service.people('user', 'user', 'user', 'user', 'user'),
    staff: await service.people('staff', 'staff'),
  };
  for (const { username } of people.reporters) await giveAddress(service, username);
  return new NotifyStory(service, options, people).run();
}
