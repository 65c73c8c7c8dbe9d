import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bundle } from '#scripts/build/bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'complaints-build-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('makes the same bundle of the same sources, so that a deployment can tell whether code has changed', async () => {
  const built = await Promise.all(
    ['first', 'second', 'third'].map(async (name) => {
      const bundles = await bundle(['complaints', 'media-cleanup'], join(folder, name));
      return bundles.map(({ file }) => readFileSync(file, 'utf8'));
    }),
  );
  for (const id of [0, 1]) expect(new Set(built.map((files) => files[id])).size).toBe(1);
});
