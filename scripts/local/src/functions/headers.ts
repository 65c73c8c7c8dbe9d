import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { MalformedAppwriteError } from '../http/errors.ts';

const rule =
  'Invalid headers: Alphanumeric characters or hyphens only, cannot start with "x-appwrite", maximum 100 keys and 16384 characters.';

/** Checks header names by the rule of the executions API. The error has the explanation as its type. */
export function checkCustomHeaders(headers: Record<string, unknown>): void {
  const entries = Object.entries(headers);
  const size = entries.reduce((sum, [name, value]) => sum + name.length + String(value ?? '').length, 0);
  const bad = entries.some(
    ([name]) => !/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name) || name.startsWith('x-appwrite-'),
  );
  if (bad || entries.length > 100 || size >= 16_384) throw new MalformedAppwriteError(rule, 500);
}

/** What the executor adds to a request: host, secret, body size and the runtime's headers. */
export type Envelope = { host: string; secret: string; bodySize: number; runtime: Record<string, string> };

/**
 * The headers that reach a function, in the order in which it gets them. Drops empty ones and replaces `Authorization`.
 * One value that is not UTF-8 loses all headers, those of the platform too.
 */
export function executorHeaders(headers: Record<string, string>, envelope: Envelope): Record<string, string> {
  const readable = Object.values(headers).every((value) => isUtf8(Buffer.from(value, 'latin1')));
  const sent: Record<string, string> = { host: envelope.host, accept: '*/*' };
  for (const [name, value] of Object.entries(readable ? headers : {})) {
    if (value !== '' && name !== 'Authorization') sent[name.toLowerCase()] = value;
  }
  sent.authorization ??= `Basic ${Buffer.from(`opr:${envelope.secret}`).toString('base64')}`;
  const measured = sent['content-length'] !== undefined || envelope.bodySize > 0;
  for (const name of ['transfer-encoding', 'content-length', 'expect', 'upgrade', 'keep-alive']) delete sent[name];
  if (measured) sent['content-length'] = String(envelope.bodySize);
  if (envelope.bodySize > 0) sent['content-type'] ??= 'application/x-www-form-urlencoded';
  return { ...sent, ...envelope.runtime };
}

/** Node's headers as one text each; lists are joined by commas, as the platform does it. */
export function joinedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const lines: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    lines[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  return lines;
}

const internal = new Set(['transfer-encoding', 'x-open-runtimes-log-id']);
const hopByHop = new Set(['connection', 'keep-alive', 'date']);

/** The response headers that a domain sends to the client. */
export function clientHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  return kept(headers, (name) => !internal.has(name) && !hopByHop.has(name));
}

/** The response headers that an execution shows. */
export function shownHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  return kept(headers, (name) => !internal.has(name));
}

function kept(headers: IncomingHttpHeaders, wanted: (name: string) => boolean): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && wanted(name)) passed[name] = value;
  }
  return passed;
}
