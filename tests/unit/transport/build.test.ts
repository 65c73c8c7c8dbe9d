import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundle } from '#scripts/build/bundle.ts';
import { BUDGET_BYTES, faultsOf } from '#scripts/build/rules.ts';
import { asTyped, withoutUnnamed } from '#scripts/build/sdk-plugin.ts';
import { sizeTable } from '#scripts/build/size-table.ts';
import { bodyOf, startServer } from '../../support/local-server.ts';

const ENTRY = `
import { Query, Storage } from 'node-appwrite';
import { InputFile } from 'node-appwrite/file';
import * as z from 'zod/mini';
import { openGateway } from '#shared/appwrite/gateway.ts';
import { createPasswordHasher } from '#shared/security/passwords.ts';
import { issueToken } from '#shared/security/issue-token.ts';
import { createTokens } from '#shared/security/tokens.ts';
import { Mark } from './mark.ts';

const Rows = z.object({ total: z.number(), rows: z.array(z.object({ $id: z.string() })) });

export default async (endpoint) => {
  const lazyBefore = globalThis.lazyRuns ?? 0;
  const { answer, mark } = await import('./lazy.ts');
  const deadline = Date.now() + 5000;
  const { client, tables } = openGateway({ endpoint, projectId: 'p', key: 'k', timeoutMs: 5000, deadline });
  const queries = [Query.equal('status', ['open']), Query.limit(10)];
  const list = await tables.listRows({ databaseId: 'd', tableId: 't', queries });
  const file = InputFile.fromBuffer(Buffer.from([1, 2, 3]), 'x.png');
  const stored = await new Storage(client).createFile({ bucketId: 'b', fileId: 'f', file });
  const failure = await tables.getRow({ databaseId: 'd', tableId: 't', rowId: 'gone' }).catch(
    ({ name, code, type, message }) => ({ name, code, type, message }),
  );
  const now = () => new Date();
  const tokens = createTokens({ secrets: { current: 'x'.repeat(32) }, issuer: 'i', audience: 'a', now });
  const { token } = await issueToken(tokens, { sub: 'u1', epoch: 'e1' });
  const hasher = createPasswordHasher({ cost: 10 });
  return {
    lazy: [lazyBefore, answer, globalThis.lazyRuns],
    sameClass: mark instanceof Mark,
    ids: Rows.parse(list).rows.map((row) => row.$id),
    stored: stored.$id,
    failure,
    sub: (await tokens.verify(token))?.sub,
    hashed: await hasher.verify('correct horse', await hasher.hash('correct horse')),
  };
};
`;

const root = fileURLToPath(new URL('../../..', import.meta.url));
let source = '';
let elsewhere = '';
let built: Bundle;

beforeAll(async () => {
  await mkdir(join(root, '.local'), { recursive: true });
  source = await mkdtemp(join(root, '.local', 'build-test-'));
  elsewhere = await mkdtemp(join(tmpdir(), 'bundle-'));
  await writeFile(join(source, 'main.ts'), ENTRY);
  await writeFile(join(source, 'mark.ts'), 'export class Mark {}');
  const lazy =
    'import { Mark } from "./mark.ts"; export const mark = new Mark(); globalThis.lazyRuns = (globalThis.lazyRuns ?? 0) + 1; export const answer: number = 42;';
  await writeFile(join(source, 'lazy.ts'), lazy);
  built = await bundle('fixture', join(source, 'main.ts'), join(elsewhere, 'main.cjs'));
});

afterAll(async () => {
  await rm(source, { recursive: true, force: true });
  await rm(elsewhere, { recursive: true, force: true });
});

describe('a bundle', () => {
  it('is one file that works where nothing else is: SDK, tokens, worker threads and lazy parts', async () => {
    const requests: { method: string; path: string; query: string[]; body: Buffer }[] = [];
    const server = await startServer(async (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
      const query = [...searchParams.values()];
      requests.push({ method: request.method ?? '', path: pathname, query, body: await bodyOf(request) });
      response.setHeader('content-type', 'application/json');
      if (pathname.endsWith('/gone')) response.statusCode = 404;
      const failure = { message: 'No such row', code: 404, type: 'row_not_found' };
      response.end(
        JSON.stringify({ $id: 'f', total: 1, rows: [{ $id: 'a' }], ...(response.statusCode === 404 && failure) }),
      );
    });
    const program = `require('./main.cjs').default('${server.url}/v1').then((seen) => console.log(JSON.stringify(seen)))`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd: elsewhere, env: {} });
    await server.close();
    expect(JSON.parse(stdout)).toEqual({
      lazy: [0, 42, 1],
      sameClass: true,
      ids: ['a'],
      stored: 'f',
      failure: { name: 'AppwriteException', code: 404, type: 'row_not_found', message: 'No such row' },
      sub: 'u1',
      hashed: true,
    });
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/tablesdb/d/tables/t/rows',
      'POST /v1/storage/buckets/b/files',
      'GET /v1/tablesdb/d/tables/t/rows/gone',
    ]);
    expect(requests[0]?.query.map((text) => JSON.parse(text).method)).toEqual(['equal', 'limit']);
    expect(requests[1]?.body.includes(Buffer.from([1, 2, 3]))).toBe(true);
    expect(requests[1]?.body.toString('latin1')).toMatch(
      /name="fileId"\r\n\r\nf\r\n[\s\S]*name="file"; filename="x.png"/,
    );
  });

  it('holds what is behind import() packed, and nothing twice', async () => {
    const code = await readFile(built.file, 'utf8');
    expect(['sameClass', 'answer:()=>'].map((text) => code.includes(text))).toEqual([true, false]);
    await writeFile(
      join(source, 'double.ts'),
      "import * as z from 'zod/mini'; export default () => import('./again.ts').then(() => z);",
    );
    await writeFile(join(source, 'again.ts'), "import * as z from 'zod/mini'; export const again = z;");
    const doubled = bundle('double', join(source, 'double.ts'), join(elsewhere, 'double.cjs'));
    await expect(doubled).rejects.toThrow(/would be in the bundle twice/);
  });

  it('is within its budget, has only what it may have, and says where its weight is from', async () => {
    expect(faultsOf(built)).toEqual([]);
    expect(built.bytes).toBe((await readFile(built.file)).length);
    expect(built.gzipBytes).toBeLessThan(built.bytes / 2);
    expect(sizeTable([built])).toMatch(/^function +bytes +gzip.*\nfixture +\d+ +\d+ +\d+ % +[a-z-]+ [\d.]+ k/);
  });

  it.each([
    [{ bytes: BUDGET_BYTES + 1 }, '', /1 over the budget/],
    [{}, 'node_modules/undici/lib/web/fetch/index.js', /stock undici/],
    [{}, 'node_modules/node-appwrite/node_modules/undici/index.js', /stock undici/],
    [{}, 'node_modules/json-bigint/index.js', /stock json-bigint/],
    [{}, 'node_modules/bignumber.js/bignumber.js', /stock json-bigint/],
    [{}, 'node_modules/zod/v4/locales/de.js', /locales/],
    [{}, 'scripts/local/src/main.ts', /tooling/],
    [{}, 'tests/unit/x.ts', /tests/],
  ])('is not deployed with %j %s', (weight, input, message) => {
    const faulty = { ...built, bytes: 10, ...weight, inputs: new Map([[input, 1]]) };
    expect(faultsOf(faulty)).toEqual([expect.stringMatching(message)]);
  });

  it('of the documentation may be as large as it needs to be', () => {
    expect(faultsOf({ ...built, id: 'docs', bytes: 1_000_000 })).toEqual([]);
  });
});

describe('the SDK in a bundle', () => {
  const naming = (...used: string[]) => ({ used: new Set(used), replaced: new Set<string>() });

  it('lacks what our client does in its own way', async () => {
    const stock = await readFile(join(root, 'node_modules/node-appwrite/dist/client.mjs'), 'utf8');
    const lean = withoutUnnamed(stock, { used: new Set(['setKey']), replaced: new Set(['chunkedUpload']) });
    expect(lean).toMatch(/^ {2}setKey\(/m);
    expect(lean).not.toMatch(/^ {2}async chunkedUpload\(/m);
  });

  it('takes its arguments in one object, as its types have it', async () => {
    const stock = await readFile(join(root, 'node_modules/node-appwrite/dist/services/tables-db.mjs'), 'utf8');
    const lean = asTyped(withoutUnnamed(stock, naming('listRows', 'updateRow')));
    expect(lean.match(/const params = paramsOrFirst;/g)).toHaveLength(2);
    expect(lean).not.toContain('rest[');
    expect(lean).not.toContain('Missing required parameter');
    expect(lean).toContain('const tableId = params.tableId;');
  });

  it('lacks the methods that no source names, and has the others unchanged', async () => {
    const path = join(root, 'node_modules/node-appwrite/dist/services/tables-db.mjs');
    const stock = await readFile(path, 'utf8');
    const lean = withoutUnnamed(stock, naming('listRows', 'updateRow'));
    const methods = (code: string) => [...code.matchAll(/^ {2}(\w+)\(.*\{$/gm)].map(([, name]) => name);
    expect(methods(stock).length).toBeGreaterThan(60);
    expect(methods(lean)).toEqual(['constructor', 'listRows', 'updateRow']);
    const bodyIn = (code: string) =>
      code.slice(code.indexOf('  listRows('), code.indexOf('\n  }\n', code.indexOf('  listRows(')));
    expect(bodyIn(lean)).toBe(bodyIn(stock));
    expect(lean.length).toBeLessThan(stock.length / 10);
  });

  it('keeps what its other parts call of the client, and of the query builders those that are named', async () => {
    const part = (name: string) => readFile(join(root, `node_modules/node-appwrite/dist/${name}.mjs`), 'utf8');
    const client = withoutUnnamed(await part('client'), naming('setEndpoint', 'setProject'));
    const kept = 'setEndpoint setProject prepareRequest chunkedUpload redirect call flatten'.split(' ');
    for (const name of kept) {
      expect(client).toMatch(new RegExp(`^ {2}(async |static )?${name}\\(`, 'm'));
    }
    expect(client).not.toMatch(/^ {2}(setKey|setLocale|ping)\(/m);
    const query = withoutUnnamed(await part('query'), naming('equal', 'or'));
    expect([...query.matchAll(/^_Query\.(\w+) =/gm)].map(([, name]) => name)).toEqual(
      ['equal', 'lessThan', 'greaterThan', 'between', 'or'], // the three in the middle are called by the others
    );
    const operator = withoutUnnamed(await part('operator'), naming('increment', 'toggle'));
    expect([...operator.matchAll(/^_Operator\.(\w+) =/gm)].map(([, name]) => name)).toEqual(['increment', 'toggle']);
  });
});
