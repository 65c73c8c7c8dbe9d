import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { assemble } from '../../src/assemble.ts';
import { callFaults, eventFaults } from '../../src/faults/fault.ts';
import { allRoutes } from '../../src/routes/all.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const dataDir = mkdtempSync(join(tmpdir(), 'readme-'));
const { platform } = assemble({ dataDir });
afterAll(() => {
  platform.database.close();
  rmSync(dataDir, { recursive: true });
});

describe('the README', () => {
  it('lists every supported call, and no other', () => {
    const named = [...readme.matchAll(/^\| `([A-Z]+ \/\S+)` +\|/gm)].map(([, call]) => call);
    const answered = allRoutes(platform)
      .filter(({ path }) => !path.startsWith('/v1/databases'))
      .map(({ method, path }) => `${method} ${path.replace('/v1', '')}`)
      .map((call) => call.replace(/^(POST|PATCH)(.*\/columns)\/[a-z]+/, '$1$2/:kind'));
    expect([...new Set(answered)].sort()).toEqual(named.sort());
  });

  it('names every kind of fault', () => {
    for (const kind of [...Object.keys(callFaults), ...eventFaults]) expect(readme).toContain(`\`${kind}\``);
  });
});
