import * as z from 'zod/mini';
import type { Deps } from '#shared/compose.ts';
import type { Docs } from '#shared/contract/docs.ts';
import type { Role } from '#shared/domain/account.ts';
import type { AccountActor } from '#shared/services/auth/open-session.ts';
import { type BodySpec, parseBody, parseQuery } from './body.ts';
import type { FormFile } from './multipart.ts';
import type { Incoming } from './runtime.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
/** `optional`: a TOKEN is not needed, but is checked when sent. */
export type Access = 'public' | 'optional' | 'account';
export type Reply = { status: number; body?: unknown; headers?: Record<string, string> };

/** The caller. The account may still be loading: an endpoint awaits it in parallel with its own reads. */
export type Caller = {
  /** Throws 401 without a valid token. */
  actor(): Promise<AccountActor>;
  /** Undefined without a token. Throws 401 for an invalid one. */
  viewer(): Promise<AccountActor | undefined>;
  /** The account that the token names, before it is read; empty without a token. */
  accountId: string;
  tokenId: string;
  tokenExpiresAt: Date;
};

export type Call<Q, B> = {
  query: Q;
  body: B;
  /** The files of a form, in the order in which the route declares them. */
  files: FormFile[];
  headers: Incoming['headers'];
  caller: Caller;
  deps: Deps;
};

type Spec<Q, B> = {
  method: Method;
  path: string;
  /** The operationId of the OpenAPI document. */
  id: string;
  access: Access;
  /** The header USERNAME must be sent and name the token's user. */
  needsUsername?: boolean;
  /** Only these roles may call it at all. */
  roles?: readonly Role[];
  query?: z.ZodMiniType<Q>;
  /** Query parameters whose empty value counts; an empty value of any other counts as not sent. */
  emptyCounts?: readonly string[];
  body?: BodySpec<B>;
  docs: Docs;
  run(call: Call<Q, B>): Promise<Reply>;
};

type Runnable = (rest: { caller: Caller; deps: Deps }) => Promise<Reply>;

/** One endpoint of a function's route table. `parse` refuses bad input and returns the function that does the rest. */
export type Route = Omit<Spec<never, never>, 'run' | 'query' | 'body'> & {
  query: z.ZodMiniType | undefined;
  body: BodySpec<unknown> | undefined;
  parse(incoming: Incoming): Promise<Runnable>;
};

const NoQuery = z.strictObject({});

/**
 * Declares an endpoint: path, access, schemas, OpenAPI docs and work. README.md describes how to add one. Order of
 * refusals: token and account (401), roles (403), body and query (4xx), then those of `run`. A body has at most 64 kB
 * unless `body.maxBytes` allows more. A GET route also answers HEAD.
 */
export function route<Q = Record<string, never>, B = undefined>(spec: Spec<Q, B>): Route {
  const { query, body, run, ...rest } = spec;
  return {
    ...rest,
    query,
    body,
    async parse(incoming) {
      // A route without a query schema accepts no query; its Q is the empty record.
      const schema = query ?? (NoQuery as unknown as z.ZodMiniType<Q>);
      const parsedQuery = await parseQuery(incoming.query, schema, spec.emptyCounts);
      const { value, files } = body ? await parseBody(incoming, body) : { value: undefined as B, files: [] };
      return (late) => run({ query: parsedQuery, body: value, files, headers: incoming.headers, ...late });
    },
  };
}
