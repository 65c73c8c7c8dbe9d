import { describe, expect, it } from 'vitest';
import { openApiDocument } from '#scripts/openapi/document.ts';
import type { Json } from '#scripts/openapi/json.ts';
import { Judge } from './fuzz/judge.ts';

const document = openApiDocument();
const judge = new Judge(document);
const path = '/complain/delete';
const method = 'POST';
const operation = (document.paths as Record<string, Record<string, Json>>)[path]?.post ?? {};
const planned = { method, path, headers: {}, body: undefined };
const deleted = { id: 'k3v9x0q2m7c1b8n4z5s6', deleted: true };

function faultOf(status: number, body: unknown, extra: Record<string, string> = {}): string | undefined {
  const type = status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json; charset=utf-8';
  const headers = new Headers({ 'content-type': type, 'x-request-id': 'abc', ...extra });
  return judge.fault({ method, path, operation }, planned, { status, headers, text: JSON.stringify(body) });
}

const problem = (status: number, code: string) => {
  const type = `urn:problem:complaints:${code}`;
  return { type, title: 'A title', status, detail: 'A detail', instance: 'urn:request:abc', code, errors: [] };
};

describe('the judge of generated requests', () => {
  it('accepts a documented answer', () => {
    expect(faultOf(200, deleted)).toBeUndefined();
    expect(faultOf(503, problem(503, 'unavailable'), { 'retry-after': '5' })).toBeUndefined();
  });

  it.each([
    ['a member too many', 200, { ...deleted, secret: 1 }, 'not as documented'],
    ['a member of another type', 200, { ...deleted, deleted: 'yes' }, 'not as documented'],
    ['a status that is not in the document', 402, problem(402, 'busy'), 'not in the document'],
    ['a code of another operation', 422, problem(422, 'idempotency_key_reused'), 'not as documented'],
    ['a server error', 500, problem(500, 'internal_error'), 'status 500'],
    ['a 503 that does not say when to come back', 503, problem(503, 'unavailable'), 'status 503'],
  ])('notices %s', (_what, status, body, fault) => {
    expect(faultOf(status, body)).toContain(fault);
  });
});
