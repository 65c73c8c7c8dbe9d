import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bundle } from '#scripts/build/bundle.ts';
import { ROOT } from './support/project.ts';

const folder = mkdtempSync(join(tmpdir(), 'complaints-build-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('makes the same bundle of the same sources, so that a deployment can tell whether there is anything to push', async () => {
  const built = await Promise.all(
    ['first', 'second', 'third'].map(async (name) => {
      const { file } = await bundle(
        'complaints',
        join(ROOT, 'functions/complaints/main.ts'),
        join(folder, `${name}.cjs`),
      );
      return readFileSync(file, 'utf8');
    }),
  );
  expect(new Set(built).size).toBe(1);
});
