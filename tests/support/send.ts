import * as http from 'node:http';
import * as https from 'node:https';
import * as z from 'zod/mini';
import { lookupWithFallback } from '#scripts/smoke/send-request.ts';
import { Problem } from '#shared/contract/responses.ts';

export type Sending = {
  headers?: Record<string, string>;
  json?: unknown;
  form?: FormData;
  raw?: Uint8Array | string;
};

export type Answer = {
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
  /** The body, parsed by a schema of the contract; throws when it does not match. */
  as<T>(schema: z.ZodMiniType<T>, status?: number): T;
  /** The problem in the body of a refusal, parsed completely; throws for another status. */
  problem(status: number): Problem;
};

type Body = { bytes: Uint8Array; type: string | undefined };

async function bodyOf({ json, form, raw }: Sending): Promise<Body | undefined> {
  if (json !== undefined) return { bytes: Buffer.from(JSON.stringify(json)), type: 'application/json' };
  if (raw !== undefined) return { bytes: typeof raw === 'string' ? Buffer.from(raw) : raw, type: undefined };
  if (!form) return undefined;
  const encoded = new Response(form);
  return { bytes: new Uint8Array(await encoded.arrayBuffer()), type: encoded.headers.get('content-type') ?? undefined };
}

function exchange(
  url: URL,
  method: string,
  sending: { headers: Record<string, string>; bytes: Uint8Array | undefined; endpoint: string | undefined },
) {
  const { request } = url.protocol === 'https:' ? https : http;
  const found = sending.endpoint === undefined ? {} : { lookup: lookupWithFallback(sending.endpoint) };
  return new Promise<{ status: number; headers: Record<string, string>; text: string }>((resolve, reject) => {
    const outgoing = request(url, { method, headers: sending.headers, ...found }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const headers = Object.fromEntries(
          Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
        );
        resolve({ status: incoming.statusCode ?? 0, headers, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(sending.bytes);
  });
}

function parse<T>(schema: z.ZodMiniType<T>, text: string): T {
  const result = z.safeParse(schema, JSON.parse(text));
  if (result.success) return result.data;
  throw new Error(
    `the answer is not as the contract says: ${JSON.stringify(result.error.issues)}\n${text.slice(0, 600)}`,
  );
}

/** Sends one HTTP request, as any client does. A host that DNS does not know is reached at `endpoint`. */
export async function send(method: string, url: string, sending: Sending = {}, endpoint?: string): Promise<Answer> {
  const body = await bodyOf(sending);
  const type: Record<string, string> = body?.type ? { 'content-type': body.type } : {};
  const length: Record<string, string> = body ? { 'content-length': String(body.bytes.byteLength) } : {};
  const headers = { ...type, ...length, ...sending.headers };
  const answer = await exchange(new URL(url), method, { headers, bytes: body?.bytes, endpoint });
  const expectStatus = (status: number) => {
    if (answer.status === status) return;
    throw new Error(`${method} ${url}: expected ${status}, got ${answer.status}: ${answer.text.slice(0, 600)}`);
  };
  return {
    ...answer,
    as(schema, status = 200) {
      expectStatus(status);
      return parse(schema, answer.text);
    },
    problem(status) {
      expectStatus(status);
      const type = answer.headers['content-type'];
      if (!type?.startsWith('application/problem+json')) throw new Error(`a refusal as ${type}`);
      const problem = parse(Problem, answer.text);
      if (problem.status !== status) throw new Error(`status ${problem.status} in the body of a ${status}`);
      return problem;
    },
  };
}
