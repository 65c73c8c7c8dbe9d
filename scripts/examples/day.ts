import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalAppwrite, startLocalAppwrite } from 'local-appwrite';
import { Client } from 'node-appwrite';
import { findByUsername, findRecipient } from '#shared/appwrite/accounts.ts';
import type { Role } from '#shared/domain/account.ts';
import { DAY, HOUR, MINUTE } from '#shared/domain/clock.ts';
import { seedCategories } from '../project/categories.ts';
import { type Connection, connect } from '../project/connect.ts';
import { PROJECT_FILE } from '../project/local-settings.ts';
import { originPaths } from '../project/routes.ts';
import { ok, openClient } from './typed-client.ts';

type Print = (line: string) => void;
type Api = Awaited<ReturnType<typeof openClient>>;
type Filed = { id: string; reference: string | null; trouble: number; by: Person };
type Person = { username: string; headers: { TOKEN: string; USERNAME: string } };

const PASSWORD = 'correct-horse-9';
const CITIZENS = ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn'];

/** Typical troubles of a town, with their places. */
const TROUBLES = [
  { title: 'Pothole in Mill Lane', category: 'roads', latitude: 52.5201, longitude: 13.405 },
  { title: 'Dark lamp at the school', category: 'lighting', latitude: 52.5302, longitude: 13.415 },
  { title: 'Rubbish behind the station', category: 'waste', latitude: 52.5403, longitude: 13.425 },
  { title: 'Burst pipe on the market', category: 'water', latitude: 52.5504, longitude: 13.435 },
  { title: 'Drill at night in Park Street', category: 'noise', latitude: 52.5605, longitude: 13.445 },
] as const;

/** Opens an account with a confirmed address, and logs in. */
async function enrol(api: Api, { store }: Connection, username: string, role: Role): Promise<Person> {
  ok(await api.POST('/user', { body: { username, password: PASSWORD, name: username } }));
  const address = { email: `${username}@example.org`, emailConfirmed: true, notify: 'all' };
  const recipient = await findRecipient(store, username);
  if (recipient) await store.recipients.replace(recipient, address);
  const account = role === 'user' ? undefined : await findByUsername(store, username);
  if (account) await store.users.replace(account, { role });
  const { TOKEN } = ok(await api.POST('/login', { body: { username, password: PASSWORD } }));
  return { username, headers: { TOKEN, USERNAME: username } };
}

/** The next Monday at 08:00 UTC. */
function nextMonday(now: number): number {
  const day = new Date(now);
  const ahead = (8 - day.getUTCDay()) % 7 || 7;
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate() + ahead, 8);
}

class Day {
  readonly #local: LocalAppwrite;
  readonly #api: Api;
  readonly #connection: Connection;
  readonly #print: Print;
  #mailsPrinted = 0;

  constructor(local: LocalAppwrite, api: Api, connection: Connection, print: Print) {
    this.#local = local;
    this.#api = api;
    this.#connection = connection;
    this.#print = print;
  }

  #printEvent(line: string): void {
    this.#print(`${new Date(this.#local.clock.now()).toUTCString().slice(0, 22)}  ${line}`);
  }

  /** Advances the clock and waits for schedules that are due. */
  async #advance(milliseconds: number): Promise<void> {
    this.#local.clock.advance(milliseconds);
    await this.#local.settle();
    // Changes of two minutes are combined in one mail, so three more minutes pass until mails are sent.
    for (let minute = 0; minute < 3; minute += 1) {
      this.#local.clock.advance(MINUTE);
      await this.#local.settle();
    }
  }

  async #printNewMails(): Promise<void> {
    const answer = await fetch(`${this.#local.url}/_local/inbox`);
    const { messages } = (await answer.json()) as { messages: { to: string; subject: string }[] };
    const fresh = messages.slice(0, messages.length - this.#mailsPrinted);
    this.#mailsPrinted = messages.length;
    const people = new Set(fresh.map(({ to }) => to.split('@')[0]));
    this.#printEvent(`${fresh.length} mails were sent, to ${[...people].sort().join(', ') || 'nobody'}`);
  }

  /** Files 30 reports of six citizens about five troubles, each with its place. */
  async #fileReports(citizens: readonly Person[]): Promise<Filed[]> {
    const filed: Filed[] = [];
    for (let at = 0; at < 30; at += 1) {
      const trouble = at % TROUBLES.length;
      const { latitude, ...wrong } = TROUBLES[trouble] ?? TROUBLES[0];
      const round = Math.floor(at / TROUBLES.length);
      const by = citizens[round] ?? citizens[0];
      if (!by) throw new Error('a town without citizens');
      // The first two rounds report the same troubles; each later round reports similar ones about a kilometre further
      // away.
      const place = { ...wrong, latitude: latitude + Math.max(0, round - 1) * 0.01 };
      const body = { ...place, description: `Reported by ${by.username}. Please look at it.` };
      const { id, reference } = ok(await this.#api.POST('/complain', { headers: by.headers, body }));
      filed.push({ id, reference, trouble, by });
    }
    return filed;
  }

  async #markDuplicates(clerk: Person, filed: readonly Filed[]): Promise<Filed[]> {
    const duplicates = new Set<string>();
    for (const [at, { id, trouble }] of filed.entries()) {
      const { latitude, longitude, category } = TROUBLES[trouble] ?? TROUBLES[0];
      if (Math.floor(at / TROUBLES.length) !== 1) continue;
      const query = { latitude, longitude, category };
      const { items } = ok(await this.#api.GET('/complain/similar', { headers: clerk.headers, params: { query } }));
      const first = items.find((item) => item.id !== id && (item.distance ?? 1_000) < 20);
      if (!first) continue;
      ok(await this.#api.PUT('/complain', { headers: clerk.headers, body: { id, duplicateOf: first.id } }));
      duplicates.add(id);
    }
    return filed.filter(({ id }) => !duplicates.has(id));
  }

  async #changeAll(
    clerk: Person,
    ids: readonly string[],
    change: { status: 'acknowledged' | 'resolved'; note?: string },
  ) {
    const { results } = ok(
      await this.#api.PUT('/complain/bulk', { headers: clerk.headers, body: { ids: [...ids], change } }),
    );
    const failed = results.filter((result) => !result.ok).length;
    if (failed > 0) throw new Error(`${failed} of ${ids.length} could not be changed`);
  }

  async #detail(clerk: Person, id: string) {
    const { data, error } = await this.#api.GET('/complain', { headers: clerk.headers, params: { query: { id } } });
    if (!data || !('timeline' in data)) throw new Error(`no complaint ${id}: ${JSON.stringify(error)}`);
    return data;
  }

  async run(): Promise<void> {
    const { store } = this.#connection;
    this.#local.clock.advance(nextMonday(this.#local.clock.now()) - this.#local.clock.now());
    const citizens: Person[] = [];
    for (const name of CITIZENS) citizens.push(await enrol(this.#api, this.#connection, name, 'user'));
    const clerk = await enrol(this.#api, this.#connection, 'clara', 'staff');
    await enrol(this.#api, this.#connection, 'boss', 'staff');
    for (const [id, terms] of [
      ['water', { hoursToAcknowledge: 2, daysUntilOverdue: 3 }],
      ['lighting', { daysUntilOverdue: 1 }],
    ] as const) {
      const row = await store.categories.find(id);
      if (row) await store.categories.replace(row, { ...terms, escalateTo: 'boss' });
    }

    const filed = await this.#fileReports(citizens);
    this.#printEvent(`${filed.length} reports come in, the first is ${filed[0]?.reference}`);
    const cases = await this.#markDuplicates(clerk, filed);
    await this.#advance(30 * MINUTE);
    this.#printEvent(`clara finds ${filed.length - cases.length} duplicates; their reporters follow the first report`);
    const ofKind = (category: string) => cases.filter(({ trouble }) => TROUBLES[trouble]?.category === category);
    const [late] = ofKind('water');
    const [dark] = ofKind('lighting');
    if (!late || !dark) throw new Error('nothing is left to be late with');
    const known = cases.filter(({ id }) => id !== late.id).map(({ id }) => id);
    await this.#changeAll(clerk, known, { status: 'acknowledged' });
    this.#printEvent(`clara acknowledges ${known.length}, and overlooks ${late.reference}`);
    await this.#advance(HOUR);
    const done = ['roads', 'waste'].flatMap(ofKind);
    const note = 'Done this morning.';
    await this.#changeAll(
      clerk,
      done.map(({ id }) => id),
      { status: 'resolved', note },
    );
    const lamps = ofKind('lighting').filter(({ id }) => id !== dark.id);
    await this.#changeAll(
      clerk,
      lamps.map(({ id }) => id),
      { status: 'resolved', note },
    );
    this.#printEvent(`${done.length + lamps.length} are resolved in the morning`);
    await this.#advance(MINUTE);
    await this.#printNewMails();

    await this.#advance(HOUR);
    this.#printEvent(
      `${late.reference} was not acknowledged in two hours: assigned to ${(await this.#detail(clerk, late.id)).assignedTo}`,
    );
    await this.#advance(DAY - 2 * HOUR);
    this.#printEvent(`${dark.reference} is overdue: assigned to ${(await this.#detail(clerk, dark.id)).assignedTo}`);
    await this.#printNewMails();

    const [again] = done;
    if (!again) throw new Error('nothing was resolved');
    const { TOKEN } = ok(await this.#api.POST('/login', { body: { username: again.by.username, password: PASSWORD } }));
    const headers = { TOKEN, USERNAME: again.by.username };
    const reopen = { id: again.id, status: 'in_progress', note: 'It is as bad as before.' } as const;
    ok(await this.#api.PUT('/complain', { headers, body: reopen }));
    this.#printEvent(`${again.by.username} complains again: ${again.reference} is reopened`);
    await this.#advance(14 * DAY);
    const { byStatus } = ok(await this.#api.GET('/complain/stats'));
    const counts = byStatus.filter(({ count }) => count > 0).map(({ status, count }) => `${count} ${status}`);
    this.#printEvent(`two weeks later: ${counts.join(', ')}`);
    await this.#printNewMails();
  }
}

/** Plays a day at the desk on a local Appwrite, whose clock the story moves. */
export async function runDay(print: Print): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'complaints-day-'));
  const variables = { TOKEN_SECRET: randomBytes(48).toString('base64url'), BCRYPT_COST: '10', TOKEN_HOURS: '72' };
  const local = await startLocalAppwrite({
    dataDir,
    config: PROJECT_FILE,
    origin: originPaths(),
    variables: { '*': variables },
  });
  const target = { endpoint: local.endpoint, projectId: local.projectId, key: local.apiKey };
  try {
    await seedCategories(new Client().setEndpoint(target.endpoint).setProject(target.projectId).setKey(target.key));
    await new Day(local, await openClient(local.url), connect(target), print).run();
  } finally {
    await local.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}
