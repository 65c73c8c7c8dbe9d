import { PASSWORD } from '#tests/support/enrol.ts';
import { type Person, type Service, startService } from '#tests/support/harness.ts';
import { makePhoto } from '#tests/support/photo.ts';
import { photoForm } from '#tests/support/photo-form.ts';
import { type Answer, type Sending, send } from '#tests/support/send.ts';
import type { BenchProject } from './project.ts';

/** Each client has its own reporter, staff member, complaint to read and complaint to change. */
type Client = { person: Person; staff: Person; read: string; changed: string };
type ClientRequest = { method: string; path: string; by?: Person } & Sending;
/** `share`: the share of the requests that are sent, if one takes long. `alone`: has no hand-written counterpart. */
type Operation = {
  name: string;
  status: number;
  functionId: string;
  share?: number;
  alone?: true;
  request(client: Client): ClientRequest;
};

/** The answers to one kind of request: their times in milliseconds, and how often each status came. */
export type Measured = { milliseconds: number[]; statuses: Map<number, number> };
/** One operation with one number of clients, measured for each of CALLERS. */
export type Waits = { operation: string; clients: number; measured: Measured[] };
export type Load = { clients: readonly number[]; requests: number; proxy: boolean };

/** `ours` is the product, whose functions differ by operation. */
export const CALLERS = ['ours', 'by-hand', 'stock-sdk'] as const;
const WARM_UP = 3;
/** The contestants take turns, so that a slow phase of the machine affects all of them. */
const ROUNDS = 3;

function operations(photo: Uint8Array): Operation[] {
  const text = { title: 'A broken lamp', description: 'It has been dark for a week, and the road is narrow there.' };
  const functionId = 'complaints';
  const file = (person: Person, sending: Sending) => ({ method: 'POST', path: '/complain', by: person, ...sending });
  return [
    { name: 'list', status: 200, functionId, request: () => ({ method: 'GET', path: '/complain' }) },
    {
      name: 'detail',
      status: 200,
      functionId,
      request: ({ read }) => ({ method: 'GET', path: `/complain?id=${read}` }),
    },
    { name: 'filing', status: 201, functionId, request: ({ person }) => file(person, { json: text }) },
    {
      ...{ name: 'filing, 2 MB photo', status: 201, functionId, alone: true },
      request: ({ person }) => file(person, { form: photoForm([photo]) }),
    },
    {
      name: 'change',
      status: 200,
      functionId,
      request: ({ staff, changed }) => {
        return { method: 'PUT', path: '/complain', by: staff, json: { id: changed, note: 'A crew is on its way.' } };
      },
    },
    {
      name: 'login',
      status: 200,
      functionId: 'auth',
      // A hash takes a processor for a quarter of a second or more.
      share: 1 / 4,
      request: ({ person: { username } }) => ({
        method: 'POST',
        path: '/login',
        json: { username, password: PASSWORD },
      }),
    },
  ];
}

/**
 * Times each operation with each number of clients and passes each result to `onResult`. Returns a text for each
 * operation whose calls differ between the contestants.
 */
export async function measureWaits(
  { config }: BenchProject,
  load: Load,
  onResult: (waits: Waits) => void,
): Promise<string[]> {
  const settings = { BCRYPT_COST: '12', CHANGES_PER_HOUR: '1000000', STAFF_CHANGES_PER_HOUR: '1000000' };
  const service = await startService(settings, { config, workers: 12, delays: true, proxy: load.proxy });
  try {
    const photo = await makePhoto();
    const clients = await makeClients(service, Math.max(...load.clients));
    const differences: string[] = [];
    for (const operation of operations(photo)) {
      const callers = operation.alone ? CALLERS.slice(0, 1) : CALLERS;
      const difference = await compareCalls(service, operation, { clients, callers });
      if (difference) differences.push(difference);
      const requests = Math.ceil((load.requests * (operation.share ?? 1)) / ROUNDS);
      for (const count of load.clients) {
        const waits: Waits = {
          operation: operation.name,
          clients: count,
          measured: callers.map(() => ({ milliseconds: [], statuses: new Map() })),
        };
        for (let round = 0; round < ROUNDS; round += 1) {
          for (const [index, contestant] of callers.entries()) {
            await allAtOnce(clients.slice(0, count), Math.max(count, requests), (client) =>
              measure(waits.measured[index] as Measured, () => sendTo(service, contestant, operation, client)),
            );
          }
        }
        onResult(waits);
      }
    }
    return differences;
  } finally {
    await service.close();
  }
}

/** Sends a request; records its time and status. */
async function measure(into: Measured, request: () => Promise<Answer>): Promise<void> {
  const started = performance.now();
  const { status } = await request();
  into.milliseconds.push(performance.now() - started);
  into.statuses.set(status, (into.statuses.get(status) ?? 0) + 1);
}

async function makeClients(service: Service, count: number): Promise<Client[]> {
  const clients: Client[] = [];
  while (clients.length < count) {
    const [person, staff] = await service.people('user', 'staff');
    const [read, changed] = [await person.file(), await person.file()];
    // The first login replaces the cheap hash of a test account by one of the configured cost.
    await service.login(person.username);
    clients.push({ person, staff, read: read.id, changed: changed.id });
  }
  return clients;
}

/** Sends the request to the domain of the contestant's function, as an app does. */
function sendTo({ local }: Service, contestant: string, operation: Operation, client: Client): Promise<Answer> {
  const { method, path, by, ...sending } = operation.request(client);
  const host = local.functionHost(contestant === 'ours' ? operation.functionId : contestant);
  const person: Record<string, string> = by ? { token: by.token, username: by.username } : {};
  return send(method, `${local.url}${path}`, { ...sending, headers: { host, ...person } });
}

/**
 * Warms up and compares the calls of the contestants; resolves to the difference, or undefined. Tries three times,
 * since the product repeats a slow call.
 */
async function compareCalls(
  service: Service,
  operation: Operation,
  { clients, callers }: { clients: Client[]; callers: readonly string[] },
): Promise<string | undefined> {
  let difference = '';
  for (let tries = 0; tries < 3; tries += 1) {
    const calls: string[] = [];
    for (const contestant of callers) {
      const request = async (client: Client) => {
        const { status, text } = await sendTo(service, contestant, operation, client);
        if (status !== operation.status)
          throw new Error(`${operation.name}: ${contestant} answered ${status}: ${text}`);
      };
      for (let count = 0; count < WARM_UP; count += 1) await Promise.all(clients.slice(0, 2).map(request));
      const functionId = contestant === 'ours' ? operation.functionId : contestant;
      calls.push(await callsOf(service, functionId, () => request(clients[0] as Client)));
    }
    if (new Set(calls).size === 1) return undefined;
    difference = `${operation.name}: ${callers.map((contestant, index) => `${contestant} ${calls[index]}`).join('; ')}`;
  }
  return difference;
}

/** The sorted calls of a function for a request, without ids. A use is counted in a new row or in an existing one. */
async function callsOf({ local }: Service, functionId: string, request: () => Promise<unknown>): Promise<string> {
  const made = (await local.calls.during(request)).filter((call) => call.functionId === functionId);
  const names = made.map(({ method, path }) => {
    const place = path.replace(/\?.*/, '').replace(/(rows|transactions|files)\/[^/]+/, '$1/*');
    const isCount = method !== 'GET' && /\/limits\/rows(\/\*\/count\/increment)?$/.test(place);
    return isCount ? 'count a use' : `${method} ${place}`;
  });
  return names.sort().join(', ');
}

/** Sends `requests` requests in all; each client sends its next one when the last is answered. */
async function allAtOnce(
  clients: Client[],
  requests: number,
  request: (client: Client) => Promise<unknown>,
): Promise<void> {
  let left = requests;
  await Promise.all(
    clients.map(async (client) => {
      while (left > 0) {
        left -= 1;
        await request(client);
      }
    }),
  );
}

/** The number of answers other than success: 5xx, or a 409 or 429 with Retry-After. */
export function failuresOf({ statuses }: Measured): number {
  return [...statuses].reduce((sum, [status, count]) => sum + (status >= 300 ? count : 0), 0);
}
