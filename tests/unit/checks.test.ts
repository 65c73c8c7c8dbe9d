import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a script of package.json; resolves to its exit code and everything that it printed. */
function runCheck(script: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--run', script], { cwd: ROOT });
  return new Promise((resolve, reject) => {
    let output = '';
    const collect = (text: Buffer) => {
      output += text.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

// One after the other: `types` writes the client's types, which `dead-code` reads.
it('the code is formatted and free of lint, type errors and dead code', async () => {
  for (const script of ['lint', 'types', 'dead-code']) {
    const { code, output } = await runCheck(script);
    expect(code, `npm run ${script}\n${output}`).toBe(0);
  }
});
