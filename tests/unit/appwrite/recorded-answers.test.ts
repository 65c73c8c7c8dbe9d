import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Functions, Messaging, Proxy as ProxyRules, Storage, TablesDB, Tokens, Users } from 'node-appwrite';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const RECORDED = 'scripts/local/tests/corpus/recorded/mariadb';

type Step = {
  request: { method: string; path: string };
  real: { status: number; type?: string; body?: Record<string, unknown> };
};
const steps = new Map<string, Step>(
  globSync(`${RECORDED}/*.jsonl`, { cwd: root })
    .flatMap((file) => read(file).trim().split('\n'))
    .map((line) => JSON.parse(line))
    .map((step) => [step.id, step]),
);

type Line = { call: string; status: number; type: string | undefined; ids: string[]; told: string };
const lines: Line[] = [
  ...read('shared/appwrite/README.md').matchAll(/^\| `(.+?)` \| (\d{3})(?: `(\w+)`)? \| (.+?) \| (.+?) \|$/gm),
].map(([, call = '', status, type, ids = '', told = '']) => {
  return { call, status: Number(status), type, ids: ids === 'not recorded' ? [] : ids.split(', '), told };
});

/** Method and path of the request that each call sends. */
const REQUESTS: Record<string, string> = {
  'tables.listRows': 'GET /tablesdb/*/tables/*/rows',
  'tables.createRow': 'POST /tablesdb/*/tables/*/rows',
  'tables.createRows': 'POST /tablesdb/*/tables/*/rows',
  'tables.upsertRow': 'PUT /tablesdb/*/tables/*/rows/*',
  'tables.updateRow': 'PATCH /tablesdb/*/tables/*/rows/*',
  'tables.deleteRow': 'DELETE /tablesdb/*/tables/*/rows/*',
  'tables.incrementRowColumn': 'PATCH /tablesdb/*/tables/*/rows/*/*/increment',
  'tables.decrementRowColumn': 'PATCH /tablesdb/*/tables/*/rows/*/*/decrement',
  'tables.updateRows': 'PATCH /tablesdb/*/tables/*/rows',
  'tables.deleteRows': 'DELETE /tablesdb/*/tables/*/rows',
  'tables.createTransaction': 'POST /tablesdb/transactions',
  'tables.createOperations': 'POST /tablesdb/transactions/*/operations',
  'tables.updateTransaction': 'PATCH /tablesdb/transactions/*',
  'tables.getTransaction': 'GET /tablesdb/transactions/*',
  'tables.get': 'GET /tablesdb/*',
  'tables.create': 'POST /tablesdb',
  'tables.update': 'PUT /tablesdb/*',
  'tables.listTables': 'GET /tablesdb/*/tables',
  'tables.createTable': 'POST /tablesdb/*/tables',
  'tables.updateTable': 'PUT /tablesdb/*/tables/*',
  'tables.deleteTable': 'DELETE /tablesdb/*/tables/*',
  'tables.deleteColumn': 'DELETE /tablesdb/*/tables/*/columns/*',
  'tables.deleteIndex': 'DELETE /tablesdb/*/tables/*/indexes/*',
  'POST columns': 'POST /tablesdb/*/tables/*/columns/*',
  'PATCH columns': 'PATCH /tablesdb/*/tables/*/columns/*/*',
  'POST indexes': 'POST /tablesdb/*/tables/*/indexes',
  'storage.createFile': 'POST /storage/buckets/*/files',
  'storage.deleteFile': 'DELETE /storage/buckets/*/files/*',
  'storage.listFiles': 'GET /storage/buckets/*/files',
  'storage.getBucket': 'GET /storage/buckets/*',
  'storage.createBucket': 'POST /storage/buckets',
  'storage.updateBucket': 'PUT /storage/buckets/*',
  'tokens.createFileToken': 'POST /tokens/buckets/*/files/*',
  'tokens.list': 'GET /tokens/buckets/*/files/*',
  'tokens.get': 'GET /tokens/*',
  'tokens.delete': 'DELETE /tokens/*',
  'users.create': 'POST /users',
  'users.list': 'GET /users',
  'users.delete': 'DELETE /users/*',
  'messaging.createEmail': 'POST /messaging/messages/email',
  'messaging.getMessage': 'GET /messaging/messages/*',
  'messaging.delete': 'DELETE /messaging/messages/*',
  'functions.list': 'GET /functions',
  'functions.get': 'GET /functions/*',
  'functions.create': 'POST /functions',
  'functions.update': 'PUT /functions/*',
  'functions.delete': 'DELETE /functions/*',
  'functions.listVariables': 'GET /functions/*/variables',
  'functions.createVariable': 'POST /functions/*/variables',
  'functions.updateVariable': 'PUT /functions/*/variables/*',
  'functions.listDeployments': 'GET /functions/*/deployments',
  'functions.getDeployment': 'GET /functions/*/deployments/*',
  'functions.getDeploymentDownload': 'GET /functions/*/deployments/*/download',
  'functions.createExecution': 'POST /functions/*/executions',
  'functions.getExecution': 'GET /functions/*/executions/*',
  'functions.listExecutions': 'GET /functions/*/executions',
  'rules.listRules': 'GET /proxy/rules',
  'rules.createFunctionRule': 'POST /proxy/rules/function',
  'rules.deleteRule': 'DELETE /proxy/rules/*',
};

function isRequestOf(call: string, { method, path }: Step['request']): boolean {
  const pattern = (REQUESTS[call] ?? 'unknown').split('*').map((part) => part.replaceAll('/', '\\/'));
  return new RegExp(`^${pattern.join('[^/]+')}$`).test(`${method} ${path}`);
}

const sources = globSync(
  [
    'shared/**/*.ts',
    ...['deploy', 'doctor', 'smoke', 'admin', 'media', 'project'].map((name) => `scripts/${name}/*.ts`),
  ],
  { cwd: root },
).map(read);

const SERVICES: Record<string, { prototype: object }> = {
  tables: TablesDB,
  shortTimeoutTables: TablesDB,
  storage: Storage,
  tokens: Tokens,
  users: Users,
  messaging: Messaging,
  functions: Functions,
  rules: ProxyRules,
};

/** The calls of SDK services in a source, as `<service>.<method>` with the names that the code uses. */
function callsIn(source: string): string[] {
  const plain = source.replaceAll(/new (Storage|Tokens|Functions)\(client\)\./g, (_, name) => `${name.toLowerCase()}.`);
  const found = [
    ...plain.matchAll(
      /(?<!store\.)(?<=[\s(.#!])(tables|shortTimeoutTables|storage|tokens|users|messaging|functions|rules)\s*\.(\w+)\(/g,
    ),
  ];
  return found
    .filter(([, service = '', method = '']) => Object.hasOwn(SERVICES[service]?.prototype ?? {}, method))
    .map(([, service, method]) => `${service === 'shortTimeoutTables' ? 'tables' : service}.${method}`);
}

it('every recording that the table names is a recorded answer to that call', () => {
  const wrong = lines.flatMap(({ call, status, type, ids }) =>
    ids
      .filter((id) => {
        const step = steps.get(id);
        return !step || !isRequestOf(call, step.request) || step.real.status !== status || step.real.type !== type;
      })
      .map(
        (id) =>
          `${call} ${status} ${type ?? ''}: ${id} is ${JSON.stringify(steps.get(id)?.real.type ?? steps.get(id)?.real.status)}`,
      ),
  );
  expect(wrong).toEqual([]);
  expect(lines.length).toBeGreaterThan(100);
});

/** The fields of a successful answer that the code reads. */
const FIELDS: Record<string, string[]> = {
  'tables.listRows': ['rows', 'total'],
  'tables.createRow': ['$id', '$createdAt', '$updatedAt', '$sequence'],
  'tables.updateRow': ['$id', '$createdAt', '$updatedAt', '$sequence'],
  'tables.incrementRowColumn': ['num'],
  'tables.updateRows': ['total'],
  'tables.deleteRows': ['total'],
  'tables.createTransaction': ['$id'],
  'tables.createOperations': ['operations'],
  'tables.updateTransaction': ['status'],
  'tables.getTransaction': ['status'],
  'storage.createFile': ['$id', 'sizeOriginal'],
  'storage.listFiles': ['files'],
  'tokens.createFileToken': ['$id', 'secret'],
  'tokens.list': ['tokens', 'total'],
  'tokens.get': ['$id', '$createdAt'],
  'users.create': ['$id'],
  'users.list': ['users'],
  'messaging.createEmail': ['$id'],
  'messaging.getMessage': ['$id', 'status', 'deliveryErrors'],
  'tables.listTables': ['tables'],
  'functions.list': ['functions'],
  'functions.get': ['deploymentId'],
  'functions.listVariables': ['variables'],
  'functions.listDeployments': ['deployments'],
  'functions.getDeployment': ['status'],
  'functions.createExecution': ['$id', 'status', 'responseStatusCode', 'responseBody', 'errors'],
  'functions.getExecution': ['status', 'responseStatusCode', 'logs', 'errors'],
  'functions.listExecutions': ['executions'],
  'rules.listRules': ['rules'],
  'rules.createFunctionRule': ['$id', 'status'],
};

it('the recorded answers have the fields that the code reads', () => {
  const lacking = Object.entries(FIELDS).filter(([call, fields]) => {
    const ids = lines.filter((line) => line.call === call && line.status < 300).flatMap((line) => line.ids);
    // The recording keeps only the length of a long list.
    const has = (body: object, field: string) => Object.hasOwn(body, field) || Object.hasOwn(body, `${field}.length`);
    return !ids.some((id) => fields.every((field) => has(steps.get(id)?.real.body ?? {}, field)));
  });
  expect(lacking).toEqual([]);
});

it('what the table calls unrecorded is in no recording', () => {
  const recorded = lines.filter(({ call, status, type, ids }) => {
    if (ids.length > 0) return false;
    return [...steps.values()].some(
      ({ request, real }) => isRequestOf(call, request) && real.status === status && real.type === type,
    );
  });
  expect(recorded.map(({ call, type }) => `${call} ${type}`)).toEqual([]);
});

it('the table has exactly the calls of the code, with their successful answers', () => {
  const called = new Set(sources.flatMap(callsIn));
  const listed = new Set(lines.filter(({ status }) => status < 300).map(({ call }) => call));
  const bySend = ['POST columns', 'PATCH columns', 'POST indexes'];
  expect([...listed].sort()).toEqual([...called, ...bySend].sort());
});

it('every type of error that the code names is in the table', () => {
  const types = new Set([...steps.values()].flatMap(({ real }) => real.type ?? []));
  const named = sources.flatMap((source) => [...source.matchAll(/'([a-z]+(?:_[a-z]+)+)'|\b(transaction_\w+):/g)]);
  const listed = new Set(lines.flatMap(({ type }) => type ?? []));
  const missing = named
    .map(([, quoted, key]) => quoted ?? key ?? '')
    .filter((name) => types.has(name) && !listed.has(name));
  expect([...new Set(missing)]).toEqual([]);
});
