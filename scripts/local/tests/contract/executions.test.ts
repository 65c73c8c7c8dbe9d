import { ExecutionMethod } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { keyHeaders, send } from '../support/send.ts';
import { useContract } from './support/contract.ts';
import { echo } from './support/echo.ts';
import { refusal } from './support/refusal.ts';

const contract = useContract({
  functions: { echo: { source: echo, timeout: 1 } },
});
const functionId = contract.functionId('echo');

describe('the executions API', () => {
  const run = (more: object = {}) => contract.functions.createExecution({ functionId, ...more });

  it('answers 201 with the answer of the function, and with its logs for a key', async () => {
    const execution = await run({ xpath: '/x?a=1', method: ExecutionMethod.GET, headers: { TOKEN: 't' } });
    expect(execution).toMatchObject({
      status: 'completed',
      responseStatusCode: 200,
      trigger: 'http',
      requestPath: '/x?a=1',
    });
    expect(execution.logs).toContain('hello {"a":1}');
    expect(execution.logs).toContain('from the console');
    expect(execution.errors).toContain('careful');
    const seen = JSON.parse(execution.responseBody);
    expect(seen.headers.token).toBe('t');
    expect(seen.host).toMatch(/^[0-9a-f]{32}$/);
    const stored = await contract.functions.getExecution({ functionId, executionId: execution.$id });
    expect(stored).toMatchObject({ responseBody: '', status: 'completed', duration: execution.duration });
  });

  it('hides the logs from guests', async () => {
    const execution = await contract.guest.functions.createExecution({ functionId });
    expect(execution).toMatchObject({ logs: '', errors: '', status: 'completed' });
  });

  it('keeps the last cookie and refuses binary answers', async () => {
    const { responseHeaders } = await run({ xpath: '/cookies' });
    expect(responseHeaders.filter(({ name }) => name === 'set-cookie')).toEqual([{ name: 'set-cookie', value: 'b=2' }]);
    expect(await refusal(run({ xpath: '/picture' }))).toBe('500 general_unknown');
  });

  it('sends binary answers to clients that accept multipart', async () => {
    const sent = await send(contract.target, {
      method: 'POST',
      path: `/v1/functions/${functionId}/executions`,
      headers: { ...keyHeaders(contract.target), 'content-type': 'application/json', accept: 'multipart/form-data' },
      body: JSON.stringify({ path: '/picture' }),
    });
    expect(sent.status).toBe(201);
    expect(sent.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    const text = sent.body.toString('latin1');
    expect(text).toContain('name="responseBody"\r\n\r\n\xff\xd8\xff\x00\r\n');
    expect(text).toContain('name="responseStatusCode"\r\n\r\n200\r\n');
    expect(text).toContain('name="responseHeaders"\r\nContent-Type: application/json\r\n\r\n[');
  });

  it('refuses header names with underscores, spaces or its own prefix, with the explanation as type', async () => {
    for (const name of ['a_b', 'a b', 'x-appwrite-key']) {
      expect(await refusal(run({ headers: { [name]: '1' } }))).toMatch(/^500 Invalid headers/);
    }
  });

  it('replaces Authorization, but not authorization', async () => {
    const upper = JSON.parse((await run({ headers: { Authorization: 'mine' } })).responseBody);
    const lower = JSON.parse((await run({ headers: { authorization: 'mine' } })).responseBody);
    expect(upper.headers.authorization).toMatch(/^Basic /);
    expect(lower.headers.authorization).toBe('mine');
  });

  it('refuses a body that is too long', async () => {
    expect(await refusal(run({ body: 'x'.repeat(10_485_761) }))).toBe('400 general_argument_invalid');
    expect(await run({ body: 'x'.repeat(10_485_760), xpath: '/size' })).toMatchObject({ responseBody: '10485760' });
  });
});
