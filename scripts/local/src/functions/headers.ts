import type { IncomingHttpHeaders } from 'node:http';
import { OddError } from '../http/errors.ts';

const rule =
  'Invalid headers: Alphanumeric characters or hyphens only, cannot start with "x-appwrite", maximum 100 keys and 16384 characters.';

/** The executions API's own rule for header names; its refusal is built the wrong way round. */
export function checkCustomHeaders(headers: Record<string, unknown>): void {
  const entries = Object.entries(headers);
  const size = entries.reduce((sum, [name, value]) => sum + name.length + String(value ?? '').length, 0);
  const bad = entries.some(
    ([name]) => !/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name) || name.startsWith('x-appwrite-'),
  );
  if (bad || entries.length > 100 || size >= 16_384) throw new OddError(rule, 500);
}

/** What the executor does to headers on their way in: empty ones vanish, `Authorization` is its own. */
export function executorHeaders(
  headers: Record<string, string>,
  extra: { secret: string; bodySize: number },
): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== '' && name !== 'Authorization') sent[name.toLowerCase()] = value;
  }
  sent.authorization ??= `Basic ${Buffer.from(`opr:${extra.secret}`).toString('base64')}`;
  sent.accept ??= '*/*';
  for (const name of ['connection', 'transfer-encoding', 'content-length', 'expect', 'upgrade', 'keep-alive'])
    delete sent[name];
  if (extra.bodySize > 0) {
    sent['content-type'] ??= 'application/x-www-form-urlencoded';
    sent['content-length'] = String(extra.bodySize);
  }
  return sent;
}

/** Node's headers as one line each, lists joined the way the platform does. */
export function singleLines(headers: IncomingHttpHeaders): Record<string, string> {
  const lines: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    lines[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  return lines;
}

const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date', 'x-open-runtimes-log-id']);

export function passedBack(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !hopByHop.has(name)) passed[name] = value;
  }
  return passed;
}
