import { ExecutionMethod } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { useContract } from './support/contract.ts';
import { refusal } from './support/refusal.ts';

const source = `
module.exports = async ({ req, res }) => {
  const headers = { 'content-type': 'Text/Plain', 'X-Answer': 'Yes', etag: '"7"', 'retry-after': '3', 'x-open-runtimes-x': '1' };
  if (req.path === '/empty') return res.empty();
  if (req.path === '/move') return res.redirect('/elsewhere', 303);
  return res.text(JSON.stringify({ headers: req.headers, method: req.method, query: req.query, body: req.bodyText }), 200, headers);
};`;
const contract = useContract({ functions: { mirror: { source } } });
const functionId = contract.functionId('mirror');

async function run(more: object = {}) {
  const execution = await contract.functions.createExecution({ functionId, ...more });
  const answered = Object.fromEntries(execution.responseHeaders.map(({ name, value }) => [name, value]));
  const seen = execution.responseBody === '' ? undefined : JSON.parse(execution.responseBody);
  return { status: execution.responseStatusCode, answered, seen };
}

describe('headers through the executions API', () => {
  it('reach the function in lower case, a hundred at most', async () => {
    const { seen } = await run({
      headers: { TOKEN: 'abc', USERNAME: 'ada', 'If-Match': '"3"', 'content-type': 'a/b' },
    });
    expect(seen.headers).toMatchObject({ token: 'abc', username: 'ada', 'if-match': '"3"', 'content-type': 'a/b' });
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, number) => [`h-${number}`, String(number)]));
    expect((await run({ headers: many(100) })).seen.headers['h-99']).toBe('99');
    expect(await refusal(run({ headers: many(101) }))).toMatch(/^500 /);
    expect(await refusal(run({ headers: { big: 'x'.repeat(16_384) } }))).toMatch(/^500 /);
  });

  it('arrive with those of the platform, except the empty ones', async () => {
    const { seen } = await run({ xpath: '/?a=1%202', method: ExecutionMethod.PATCH, body: 'süß' });
    expect(seen).toMatchObject({ method: 'PATCH', query: { a: '1%202' }, body: 'süß' });
    expect(seen.headers).toMatchObject({ 'x-appwrite-trigger': 'http' });
    expect(seen.headers['x-appwrite-key']).toBeTruthy();
    expect(seen.headers['x-appwrite-execution-id']).toBeTruthy();
    for (const absent of ['x-appwrite-user-id', 'x-appwrite-user-jwt', 'x-appwrite-event'])
      expect(seen.headers).not.toHaveProperty(absent);
    expect(Object.keys(seen.headers).filter((name) => name.startsWith('x-open-runtimes-'))).toEqual([]);
  });

  it('of the answer are in lower case, without those of the runtime', async () => {
    const { answered } = await run();
    expect(answered).toMatchObject({
      'x-answer': 'Yes',
      etag: '"7"',
      'retry-after': '3',
      'content-type': 'text/plain; charset=utf-8',
    });
    expect(Object.keys(answered).filter((name) => name.startsWith('x-open-runtimes-'))).toEqual([]);
  });

  it('are not stored with the execution, except a few', async () => {
    const headers = { TOKEN: 'secret', 'content-type': 'text/plain' };
    const { $id: executionId } = await contract.functions.createExecution({ functionId, headers });
    const { requestHeaders } = await contract.functions.getExecution({ functionId, executionId });
    const names = requestHeaders.map(({ name }) => name.toLowerCase());
    expect(names).toContain('content-type');
    expect(names).not.toContain('token');
  });
});
