import type { Execution } from './execution.ts';

/** What a function said; and, of those that no client waits for, that they ran and how it went. */
export function describeExecution(execution: Execution): string[] {
  const { functionId, trigger, status, responseStatusCode, duration, logs, errors } = execution;
  const said = `${logs}\n${errors}`.split('\n').filter((line) => line.trim() !== '');
  const lines = said.map((line) => `[${functionId}] ${line}`);
  if (trigger === 'http') return lines;
  const milliseconds = (duration * 1000).toFixed(1);
  return [...lines, `${responseStatusCode}  ${trigger.padEnd(6)}  ${functionId}  ${milliseconds} ms  ${status}`];
}
