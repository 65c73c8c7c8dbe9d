import type { createHandler } from '#shared/http/handler.ts';

export type Request = { headers?: Record<string, string>; json?: unknown; raw?: string; address?: string };
export type Reply = { status: number; headers: Record<string, string>; body: Record<string, unknown>; text: string };
export type Send = (method: string, target: string, request?: Request) => Promise<Reply>;

type Options = { key: string; onOutput(line: string): void };

function headersOf({ headers = {}, json, address }: Request, key: string): Record<string, string> {
  const sent = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(address === undefined ? {} : { 'x-appwrite-client-ip': address }),
    'x-appwrite-trigger': 'http',
    'x-appwrite-key': key,
    ...Object.fromEntries(sent),
  };
}

function textOf(json: unknown): string {
  if (json === undefined) return '';
  return typeof json === 'string' ? json : JSON.stringify(json);
}

/**
 * Calls a function's handler in this process, as the runtime does, and passes all its log lines and answers to
 * `onOutput`.
 */
export function callInProcess(handle: ReturnType<typeof createHandler>, { key, onOutput }: Options): Send {
  return async (method, target, request = {}) => {
    const [path = '', queryString = ''] = target.split('?');
    let reply: Reply = { status: 0, headers: {}, body: {}, text: '' };
    const send = (text: string, status: number, headers: Record<string, string>) => {
      reply = { status, headers, body: text === '' ? {} : JSON.parse(text), text };
    };
    const bodyBinary = Buffer.from(textOf(request.json));
    const req = { method, path, queryString, headers: headersOf(request, key), bodyBinary };
    await handle({ req, res: { send }, log: onOutput, error: onOutput });
    onOutput(reply.text);
    onOutput(JSON.stringify(reply.headers));
    return reply;
  };
}

/**
 * Calls the bundles over HTTP, in processes of their own, so that the load of this one does not delay them. `address`:
 * the client's, as a proxy passes it on.
 */
export function callOverHttp(origin: string): Send {
  return async (method, target, { headers = {}, json, raw, address } = {}) => {
    const type: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' };
    const from: Record<string, string> = address === undefined ? {} : { 'x-forwarded-for': address };
    const body = json === undefined ? (raw ?? null) : JSON.stringify(json);
    const answer = await fetch(`${origin}${target}`, { method, headers: { ...type, ...from, ...headers }, body });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: text.startsWith('{') ? JSON.parse(text) : {},
      text,
    };
  };
}
