import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../access/caller.ts';
import type { Upload } from './multipart.ts';

export type Fields = Record<string, unknown>;

export type Call = {
  method: string;
  path: string;
  params: Record<string, string>;
  query: Fields;
  body: Fields;
  files: Record<string, Upload>;
  headers: IncomingHttpHeaders;
  clientIp: string;
  caller: Caller;
  /** Asks for the bad luck that some calls have now and then. */
  unlucky?: boolean;
};

export type Reply = {
  status: number;
  headers?: Record<string, string | number | string[]>;
  /** A plain value is sent as JSON, a Buffer as it is. */
  body?: unknown;
  /** Runs once the response has left, as Appwrite's shutdown hooks do. */
  after?: () => void;
};

export type Route = {
  method: string;
  path: string;
  /** Any one of these scopes opens the route; none means everybody may call it. */
  scopes: readonly string[];
  handle: (call: Call) => Reply | Promise<Reply>;
};

export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}

/** Parameters arrive in the query string or in the body, whichever the client preferred. */
export function input(call: Call, name: string): unknown {
  return call.body[name] ?? call.query[name];
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
