/**
 * The measured operations with the product's Appwrite calls and little else. They check the token's signature, make the
 * calls in the same order and side by side where the product does, and answer the rows unchanged. The two hand-written
 * functions share them and differ in how they call Appwrite.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { compare } from 'bcryptjs';
import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import { wordRow } from '#shared/appwrite/words.ts';
import { HOUR, SECOND } from '#shared/domain/clock.ts';
import { timeKey } from '#shared/domain/ids.ts';
import { wordsOfComplaint } from '#shared/domain/words.ts';

export type Row = Record<string, unknown> & { $id: string };

/** How a hand-written function calls Appwrite. It throws refusals as errors with Appwrite's `type`. */
export type Appwrite = {
  list(tableId: string, queries: string[], total?: boolean): Promise<Row[]>;
  create(tableId: string, rowId: string, data: object): Promise<unknown>;
  add(tableId: string, rowId: string, change: { column: string; by: 1 | -1 }): Promise<unknown>;
  begin(): Promise<string>;
  stage(transactionId: string, operations: object[]): Promise<unknown>;
  commit(transactionId: string): Promise<unknown>;
};

type Request = {
  method: string;
  queryString: string;
  headers: Record<string, string | undefined>;
  bodyJson: Record<string, string>;
};
type Context = { req: Request; res: { json(body: unknown, status: number): unknown } };
type Reply = { status: number; body: unknown };

const TRIES = 5;
const secret = process.env.TOKEN_SECRET ?? '';

const hash = (text: string, length: number) => createHash('sha256').update(text).digest('hex').slice(0, length);
const query = (method: string, attribute: string, values: unknown[] = []) =>
  JSON.stringify({ method, ...(attribute === '' ? {} : { attribute }), ...(values.length > 0 ? { values } : {}) });
const equal = (attribute: string, ...values: unknown[]) => query('equal', attribute, values);
const limit = (count: number) => query('limit', '', [count]);
const increment = (tableId: string, rowId: string, data: object) => ({ action: 'increment', tableId, rowId, data });
const one = { value: 1 };

/** Makes the handler of a function with these operations. */
export function handWritten(open: (key: string) => Appwrite): (context: Context) => Promise<unknown> {
  return async ({ req, res }) => {
    try {
      const { status, body } = await answer(open(req.headers['x-appwrite-key'] ?? ''), req);
      return res.json(body, status);
    } catch (error) {
      return res.json({ error: String(error) }, 500);
    }
  };
}

function answer(appwrite: Appwrite, req: Request): Promise<Reply> {
  const id = new URLSearchParams(req.queryString).get('id');
  if (req.method === 'GET') return id === null ? list(appwrite) : detail(appwrite, id);
  if (req.bodyJson.password !== undefined) return login(appwrite, req.bodyJson);
  return req.method === 'POST' ? file(appwrite, req) : change(appwrite, req);
}

async function list(appwrite: Appwrite): Promise<Reply> {
  const queries = [query('lessThan', 'hidden', [true]), query('orderDesc', '$id'), limit(21)];
  const rows = await appwrite.list('complaints', queries, true);
  return { status: 200, body: { items: rows.map(shown) } };
}

async function detail(appwrite: Appwrite, id: string): Promise<Reply> {
  const [complaint] = await appwrite.list('complaints', [equal('$id', id), limit(1)]);
  if (!complaint) return { status: 404, body: {} };
  const inOrder = [query('orderAsc', 'number'), query('orderAsc', '$sequence'), limit(101)];
  const timeline = await appwrite.list('timeline', [equal('complaintId', id), equal('internal', false), ...inOrder]);
  return { status: 200, body: { ...shown(complaint), timeline } };
}

const shown = (row: Row) => ({ ...row, images: JSON.parse(String(row.images)) });

async function file(appwrite: Appwrite, req: Request): Promise<Reply> {
  const begun = appwrite.begin();
  const number = appwrite.add('counters', `references-${new Date().getFullYear()}`, { column: 'value', by: 1 });
  const account = await accountOf(appwrite, req);
  const use = reserve(appwrite, `file ${account.$id}`);
  const id = timeKey(new Date()) + randomBytes(8).toString('hex').slice(0, 11);
  const { title = '', description = '' } = req.bodyJson;
  const row = newComplaint(id, { title, description, account });
  const words = wordsOfComplaint({ title, description, reference: null }).map((word) => wordRow(id, word));
  const tallies = [`all-${account.$id}`, `named-${account.$id}`, 'status-created'];
  const operations = [
    { action: 'create', tableId: 'complaints', rowId: id, data: row },
    { action: 'bulkCreate', tableId: 'words', data: words },
    newEntry(id, account, { kind: 'created', number: 1, note: null }),
    increment('users', account.$id, { column: 'writes', ...one }),
    ...tallies.map((tally) => increment('tallies', tally, { column: 'visible', ...one })),
  ];
  await commit(appwrite, operations, { begun, ready: Promise.all([use, number]) });
  return { status: 201, body: { id, ...row, images: [] } };
}

async function change(appwrite: Appwrite, req: Request): Promise<Reply> {
  const { id = '', note = '' } = req.bodyJson;
  const begun = appwrite.begin();
  const [account, [complaint]] = await Promise.all([
    accountOf(appwrite, req),
    appwrite.list('complaints', [equal('$id', id), limit(1)]),
    reserve(appwrite, `change ${subjectOf(req)}`),
  ]);
  if (!complaint) return { status: 404, body: {} };
  const now = new Date();
  const version = Number(complaint.version) + 1;
  const changedKey = timeKey(now) + id.slice(9);
  const data = { version, changedAt: now.toISOString(), changedKey, changedWithin: changedKey, touched: true };
  const operations = [
    increment('complaints', id, { column: 'version', ...one, max: version }),
    { action: 'update', tableId: 'complaints', rowId: id, data },
    newEntry(id, account, { kind: 'note', number: version, note }),
    increment('users', account.$id, { column: 'writes', ...one }),
  ];
  await commit(appwrite, operations, { begun });
  return { status: 200, body: { ...shown(complaint), ...data } };
}

async function login(appwrite: Appwrite, { username = '', password = '' }: Record<string, string>): Promise<Reply> {
  const subjects = [username, 'address', 'known', 'day', 'network', 'all'].map((name) => `login ${name}`);
  const found = appwrite.list('users', [equal('username', username), limit(1)]);
  const [[account]] = await Promise.all([found, readUses(appwrite, subjects)]);
  const limitRow = await countUse(appwrite, `login ${username}`);
  if (!account || !(await compare(password, String(account.passwordHash)))) return { status: 401, body: {} };
  await appwrite.add('limits', limitRow, { column: 'count', by: -1 });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = `${part({ alg: 'HS256' })}.${part({ sub: account.$id, exp: Date.now() / 1000 + 43_200 })}`;
  return { status: 200, body: { TOKEN: `${claims}.${signature(claims)}` } };
}

const signature = (claims: string) => createHmac('sha256', secret).update(claims).digest('base64url');

/** The account id in the request's token; throws when it is not signed with the secret. */
function subjectOf({ headers: { token = '' } }: Request): string {
  const end = token.lastIndexOf('.');
  if (signature(token.slice(0, end)) !== token.slice(end + 1)) throw new Error('not our token');
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sub;
}

async function accountOf(appwrite: Appwrite, req: Request): Promise<Row> {
  const [account] = await appwrite.list('users', [equal('$id', subjectOf(req)), limit(1)]);
  if (!account) throw new Error('no such account');
  return account;
}

const limitId = (subject: string) => `l${hash(subject, 31)}`;

/** The rows of these limits that have not expired. */
function readUses(appwrite: Appwrite, subjects: string[]): Promise<Row[]> {
  const unexpired = query('greaterThan', 'expiresAt', [new Date().toISOString()]);
  return appwrite.list('limits', [equal('subject', ...subjects.map(limitId)), unexpired, limit(121 * subjects.length)]);
}

const known = new Set<string>();

/** Counts a use of a limit, in one row for each half minute. Resolves to the row's id. */
async function countUse(appwrite: Appwrite, subject: string): Promise<string> {
  const halfMinute = Math.floor(Date.now() / (30 * SECOND));
  const rowId = limitId(`${subject} ${halfMinute}`);
  const expiresAt = new Date(halfMinute * 30 * SECOND + HOUR).toISOString();
  const add = () => appwrite.add('limits', rowId, { column: 'count', by: 1 });
  if (known.has(rowId)) await add();
  else await appwrite.create('limits', rowId, { subject: limitId(subject), count: 1, expiresAt }).catch(add);
  known.add(rowId);
  return rowId;
}

/** Reads the uses and counts one more, side by side, as the product does for filings and changes. */
const reserve = (appwrite: Appwrite, subject: string) =>
  Promise.all([readUses(appwrite, [subject]), countUse(appwrite, subject)]);

type Begun = { begun: Promise<string>; ready?: Promise<unknown> };

/** Stages and commits, again with a new transaction when the commit conflicts. */
async function commit(appwrite: Appwrite, operations: object[], { begun, ready }: Begun): Promise<void> {
  const complete = operations.map((operation) => ({ ...operation, databaseId: 'main' }));
  for (let tries = 1; ; tries += 1) {
    try {
      const transactionId = await (tries === 1 ? begun : appwrite.begin());
      await Promise.all([appwrite.stage(transactionId, complete), ready]);
      await appwrite.commit(transactionId);
      return;
    } catch (error) {
      const isConflict = error instanceof Error && 'type' in error && error.type === 'transaction_conflict';
      if (!isConflict || tries === TRIES) throw error;
    }
  }
}

/** The columns of a new complaint that are not null. */
function newComplaint(id: string, { account, ...text }: { title: string; description: string; account: Row }) {
  const now = new Date().toISOString();
  const reporter = { reporterId: account.$id, reporterName: account.username };
  return {
    ...{ ...text, ...reporter, images: '[]', anonymous: false, hidden: false, touched: false, version: 1 },
    ...{ status: 'created', progress: 0, filedAt: now, changedAt: now, counted: `created||0|0|${account.$id}` },
    ...{ followers: 0, acknowledgeLevel: 0, overdueLevel: 0, reopened: 0 },
    ...listColumns(id, { changedAt: now, overdueAt: null, category: null, assignedTo: null }),
  };
}

function newEntry(complaintId: string, by: Row, entry: { kind: string; number: number; note: string | null }) {
  const person = { byId: by.$id, byName: by.username, role: by.role };
  const data = {
    complaintId,
    ...person,
    ...entry,
    status: 'created',
    progress: 0,
    internalNote: null,
    internal: false,
  };
  return { action: 'create', tableId: 'timeline', rowId: randomBytes(10).toString('hex'), data };
}
