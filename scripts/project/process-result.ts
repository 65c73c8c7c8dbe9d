import type { ChildProcess } from 'node:child_process';

/** `output`: what the process wrote to stdout and stderr, in the order of arrival. `code` is null after a signal. */
export type ProcessResult = { code: number | null; output: string };

/** Resolves when the process has ended; rejects when it could not be started. Both streams must be pipes. */
export function resultOf(child: ChildProcess): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    let output = '';
    const collect = (text: Buffer) => {
      output += text.toString('utf8');
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
