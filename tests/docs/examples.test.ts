import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemExample } from '#scripts/openapi/refusals.ts';
import { servedRoutes } from '#scripts/openapi/served.ts';
import type { Example } from '#shared/contract/docs.ts';
import { runMaintenanceOnce } from '../support/complaints.ts';
import { type Service, startService } from '../support/harness.ts';
import { Cast } from './support/cast.ts';
import { withoutNumbers, withoutRandomValues } from './support/normalise-answer.ts';

let service: Service;
let cast: Cast;
beforeAll(async () => {
  service = await startService();
  cast = new Cast(service);
});
afterAll(() => service.close());

function documentedAnswer({ answer }: Example): { status: number; body: unknown } {
  if (!('code' in answer)) return { status: answer.status, body: answer.body };
  const body = problemExample(answer);
  return { status: Number(body.status), body };
}

describe.each(servedRoutes().filter(({ functionId }) => functionId !== 'docs'))('$method $path', (route) => {
  it.each(Object.entries(route.docs.examples))('answers the example %s as documented', async (_name, example) => {
    if (example.figures) {
      // Only maintenance computes figures.
      await cast.play(route, example);
      await runMaintenanceOnce(service);
    }
    const answer = await cast.play(route, example);
    const body = answer.text === '' ? undefined : JSON.parse(answer.text);
    const documented = documentedAnswer(example);
    const like = example.figures ? withoutNumbers : withoutRandomValues;
    expect({ status: answer.status, body: like(body) }).toEqual({
      status: documented.status,
      body: like(documented.body),
    });
  });
});
