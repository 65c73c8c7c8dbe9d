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
      const files = ['complaints', 'media-cleanup'].map(async (id) => {
        const { file } = await bundle(id, join(ROOT, `functions/${id}/main.ts`), join(folder, `${name}-${id}.cjs`));
        return readFileSync(file, 'utf8');
      });
      return Promise.all(files);
    }),
  );
  for (const id of [0, 1]) expect(new Set(built.map((files) => files[id])).size).toBe(1);
});
