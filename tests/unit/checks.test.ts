import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { resultOf } from '#scripts/project/process-result.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

// One after the other: `types` writes the client's types, which `dead-code` reads.
it('the code is formatted and free of lint, type errors and dead code', async () => {
  for (const script of ['lint', 'types', 'dead-code']) {
    const { code, output } = await resultOf(spawn(process.execPath, ['--run', script], { cwd: ROOT }));
    expect(code, `npm run ${script}\n${output}`).toBe(0);
  }
});
