import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { Problem } from '#shared/contract/responses.ts';
import { PROBLEMS, type ProblemCode, Refusal, retryLater } from '#shared/domain/problems.ts';
import { asRefusal, problemReply } from '#shared/http/problem.ts';

const codes = Object.keys(PROBLEMS) as ProblemCode[];

describe('the body of a refusal', () => {
  it.each(codes)('follows the contract for %s', (code) => {
    const { status, headers, body } = problemReply(new Refusal(code, 'What would be right.'), 'abc123');
    const problem = z.parse(Problem, JSON.parse(body));
    expect(problem).toMatchObject({ status, code, title: PROBLEMS[code].title, detail: 'What would be right.' });
    expect(problem.instance).toBe('urn:request:abc123');
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect('www-authenticate' in headers).toBe(status === 401);
  });

  it('states when to try again, in whole seconds and at least one', () => {
    expect(problemReply(retryLater('busy', 'Wait.', { seconds: 0.2 }), 'a').headers['retry-after']).toBe('1');
    expect(problemReply(retryLater('busy', 'Wait.', { seconds: 2.1 }), 'a').headers['retry-after']).toBe('3');
    const told = [0.2, 2.1, 119, 120, 2_500, 80_000].map((seconds) => retryLater('busy', 'Full.', { seconds }).message);
    expect(told).toEqual(
      ['a second', '3 seconds', '119 seconds', '2 minutes', '42 minutes', '23 hours'].map(
        (time) => `Full. Try again in ${time}.`,
      ),
    );
  });

  it('contains nothing of the error that was thrown', () => {
    const thrown = new Error('SELECT secret FROM appwrite', { cause: new Error('password=hunter2') });
    const { status, body } = problemReply(asRefusal(thrown), 'abc123');
    expect(status).toBe(500);
    expect(body).not.toMatch(/secret|appwrite|hunter2|at .*\.ts/i);
  });
});
