import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openApiDocument } from '#scripts/openapi/document.ts';
import { isJson, type Json } from '#scripts/openapi/json.ts';
import { type Service, startService } from '../support/harness.ts';
import { makePicture } from '../support/pictures.ts';
import { fuzzRuns, fuzzTimeout } from '../support/seeded-random.ts';
import { Actors } from './fuzz/actors.ts';
import { Choices } from './fuzz/choices.ts';
import { type Answered, Judge } from './fuzz/judge.ts';
import { type Operation, type Planned, plan } from './fuzz/requests.ts';

const REQUESTS = fuzzRuns(150);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000);
const AT_ONCE = 4;
vi.setConfig({ testTimeout: fuzzTimeout(60) + 60_000 });

const document = openApiDocument();
const schemas = (document.components as Json).schemas as Json;
const operations: Operation[] = Object.entries(document.paths as Record<string, Json>).flatMap(([path, item]) =>
  ['get', 'post', 'put', 'delete'].flatMap((method) => {
    const operation = item[method];
    return isJson(operation) && item['x-appwrite-function'] !== 'docs'
      ? [{ path, method: method.toUpperCase(), operation }]
      : [];
  }),
);

let service: Service;
let actors: Actors;
beforeAll(async () => {
  service = await startService();
  actors = new Actors(service);
  await actors.enter();
});
afterAll(() => service.close());

async function exchange({ method, path, headers, body }: Planned): Promise<Answered> {
  const response = await fetch(`${service.local.url}${path}`, {
    method,
    headers,
    ...(body && method !== 'GET' ? { body: new Uint8Array(body) } : {}),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Ids of complaints: some exist until a request deletes them, one is unknown and one is invalid. */
async function someIds(recent: readonly string[] = []): Promise<[string, ...string[]]> {
  return ['zzzzzzzzzzzzzzzzzzzz', '42', ...recent, ...(await actors.file(3))];
}

async function poolsOf() {
  return {
    id: await someIds(),
    username: actors.names,
    assignedTo: ['me', 'none', ...actors.names] as [string, ...string[]],
    category: ['roads', 'water', 'no-such'] as [string, ...string[]],
    phone: ['+49 170 1234567', '0170'] as [string, ...string[]],
    password: ['another-horse-10', 'short', 'password1'] as [string, ...string[]],
    from: ['2026-01-01', '2026-02-31', 'x'] as [string, ...string[]],
    to: ['2027-01-01T00:00:00Z', 'tomorrow'] as [string, ...string[]],
    near: ['52.52,13.405', '91,0', 'here'] as [string, ...string[]],
    images: [(await makePicture('png', { width: 4, height: 4 })).toString('base64'), 'AAAA', '%'] as [
      string,
      ...string[],
    ],
  };
}

function idsIn(text: string): string[] {
  const { id } = JSON.parse(text) as { id?: string };
  return id === undefined ? [] : [id];
}

/** Routes that hash passwords, which are chosen less often since they take most of the time. */
const isCostly = ({ operation }: Operation) => ['login', 'register', 'logout'].includes(String(operation.operationId));

it(`answers ${REQUESTS} generated requests as the document says (seed ${SEED})`, async () => {
  const chance = new Choices(SEED);
  const judge = new Judge(document);
  const pictures = [
    await makePicture('jpeg'),
    await makePicture('webp'),
    Buffer.from('%PDF-1.7'),
    Buffer.alloc(0),
  ] as const;
  const planning = { chance, pools: await poolsOf(), schemas, pictures: [...pictures] as [Buffer, ...Buffer[]] };
  const statuses = new Map<string, number>();
  const faults: string[] = [];
  const recent: string[] = [];
  let left = REQUESTS;
  // Every operation is sent at least once.
  const first = [...operations];

  async function sendSome(): Promise<void> {
    while (left > 0 && faults.length < 10) {
      const due = first.pop();
      const operation = due ?? operations[chance.below(operations.length)];
      if (!operation || (!due && isCostly(operation) && !chance.oneIn(10))) continue;
      left -= 1;
      if (REQUESTS > 10_000 && left % 1_000 === 0) process.stdout.write(`${REQUESTS - left} requests\n`);
      if (left % 50 === 0) planning.pools = { ...planning.pools, id: await someIds(recent.splice(0)) };
      const planned = await plan(operation, planning);
      planned.headers = { ...actors.headers(chance), ...planned.headers };
      const answered = await exchange(planned);
      if (answered.status === 201 && recent.length < 4) recent.push(...idsIn(answered.text));
      const key = `${operation.method} ${operation.path} ${answered.status}`;
      statuses.set(key, (statuses.get(key) ?? 0) + 1);
      const fault = judge.fault(operation, planned, answered);
      if (fault)
        faults.push(`${planned.method} ${planned.path.slice(0, 200)}: ${fault}; ${answered.text.slice(0, 300)}`);
      if (answered.text.includes('"token_invalid"') || answered.status === 204) await actors.renew(planned.headers);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sendSome));
  if (REQUESTS > 10_000) process.stdout.write(`${[...statuses].sort().join('\n')}\n`);
  expect(faults).toEqual([]);
  for (const { method, path } of operations) {
    const seen = [...statuses.keys()].filter((key) => key.startsWith(`${method} ${path} `));
    expect(seen.length, `${method} ${path}`).toBeGreaterThan(0);
  }
});
