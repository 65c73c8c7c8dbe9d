import { Client, ExecutionMethod, Functions } from 'node-appwrite';
import type { Live } from '../deploy/live.ts';
import { originOf, ruleOf } from '../deploy/plan-domains.ts';
import type { Remote } from '../deploy/remote.ts';
import type { Layout } from '../project/layout.ts';
import { functionFor } from '../project/routes.ts';
import { sendRequest } from './send-request.ts';

export type ApiRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  headers?: Record<string, string>;
  json?: unknown;
  /** Only domains accept bytes; the executions API accepts text. */
  form?: FormData;
};

export type Answer = { status: number; text: string };

/** A way to call the functions. */
export type Transport = {
  name: 'domains' | 'executions';
  takesForms: boolean;
  send(request: ApiRequest): Promise<Answer>;
};

async function bodyOf({ json, form }: ApiRequest): Promise<{ type: string; bytes: Buffer } | undefined> {
  if (json !== undefined) return { type: 'application/json', bytes: Buffer.from(JSON.stringify(json)) };
  if (!form) return undefined;
  const encoded = new Response(form);
  return { type: encoded.headers.get('content-type') ?? '', bytes: Buffer.from(await encoded.arrayBuffer()) };
}

const ownerOf = (layout: Layout, path: string) => functionFor(layout, path.split('?')[0] ?? '');

export function domainTransport(
  { target: { endpoint } }: Remote,
  { live, layout }: { live: Live; layout: Layout },
): Transport {
  return {
    name: 'domains',
    takesForms: true,
    async send(request) {
      const functionId = ownerOf(layout, request.path);
      const rule = ruleOf(live.rules, functionId);
      if (!rule) throw new Error(`${functionId} has no domain`);
      const body = await bodyOf(request);
      const headers = { ...(body ? { 'content-type': body.type } : {}), ...request.headers };
      const url = `${originOf(endpoint, rule.domain)}${request.path}`;
      const outgoing = { method: request.method, headers, ...(body ? { body: body.bytes } : {}) };
      const { status, body: bytes } = await sendRequest(endpoint, url, outgoing);
      return { status, text: bytes.toString('utf8') };
    },
  };
}

const methods = {
  GET: ExecutionMethod.GET,
  POST: ExecutionMethod.POST,
  PUT: ExecutionMethod.PUT,
  DELETE: ExecutionMethod.DELETE,
};

/** Calls without the key, as any SDK client may by `execute: any`. */
export function executionsTransport({ target: { endpoint, projectId } }: Remote, layout: Layout): Transport {
  const functions = new Functions(new Client().setEndpoint(endpoint).setProject(projectId));
  return {
    name: 'executions',
    takesForms: false,
    async send({ method, path, headers = {}, json }) {
      const functionId = ownerOf(layout, path);
      const body = json === undefined ? '' : JSON.stringify(json);
      const sent = { accept: 'application/json', 'content-type': 'application/json', ...headers };
      const execution = await functions.createExecution({
        functionId,
        body,
        xpath: path,
        method: methods[method],
        headers: sent,
      });
      return { status: execution.responseStatusCode, text: execution.responseBody };
    },
  };
}
