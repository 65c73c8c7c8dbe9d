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
  /** Whether a commit leaves the row cache stale, as a real one sometimes does. */
  leavesCacheStale?: boolean;
};

export type Reply = {
  status: number;
  headers?: Record<string, string | number | string[]>;
  /** A plain value is sent as JSON, a Buffer as it is. */
  body?: unknown;
  /** Runs after the response has been sent, as Appwrite's shutdown hooks do. */
  after?: () => void;
};

export type Route = {
  method: string;
  path: string;
  /** The caller needs one of these scopes; an empty list allows everyone. */
  scopes: readonly string[];
  handle: (call: Call) => Reply | Promise<Reply>;
};

export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}

/** Reads a parameter from the body or else from the query string. */
export function bodyOrQueryParameter(call: Call, name: string): unknown {
  return call.body[name] ?? call.query[name];
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
