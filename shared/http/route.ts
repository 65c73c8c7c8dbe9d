import * as z from 'zod/mini';
import type { Deps } from '#shared/compose.ts';
import type { Role } from '#shared/domain/account.ts';
import type { AccountActor } from '#shared/services/auth/open-session.ts';
import { type BodySpec, parseBody, parseFields, queryObject, type Upload } from './body.ts';
import type { Incoming } from './runtime.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
/** `optional`: a TOKEN is not needed, but is checked when sent. */
export type Access = 'public' | 'optional' | 'account';
export type Reply = { status: number; body?: unknown; headers?: Record<string, string> };

/** Who calls, while Appwrite may still be asked: endpoints await it beside their own reads. */
export type Caller = {
  actor(): Promise<AccountActor>;
  viewer(): Promise<AccountActor | undefined>;
  /** The account that the token names, before it is read; empty without a token. */
  accountId: string;
  tokenId: string;
  tokenExpiresAt: Date;
};

export type Call<Q, B> = {
  query: Q;
  body: B;
  uploads: Upload[];
  headers: Incoming['headers'];
  caller: Caller;
  deps: Deps;
};

type Spec<Q, B> = {
  method: Method;
  path: string;
  id: string;
  access: Access;
  /** The header USERNAME must be sent and name the token's user. */
  needsUsername?: boolean;
  /** Only these roles may call it at all. */
  roles?: readonly Role[];
  query?: z.ZodMiniType<Q>;
  body?: BodySpec<B>;
  run(call: Call<Q, B>): Promise<Reply>;
};

type Runnable = (rest: { caller: Caller; deps: Deps }) => Promise<Reply>;

/** One line of a function's route table. `parse` refuses bad input and gives back what is left to do. */
export type Route = Omit<Spec<never, never>, 'run' | 'query' | 'body'> & {
  query: z.ZodMiniType | undefined;
  body: BodySpec<unknown> | undefined;
  parse(incoming: Incoming): Promise<Runnable>;
};

const NoQuery = z.strictObject({});

/** Declares a route; the types of query and body come from its schemas. */
export function route<Q = Record<string, never>, B = undefined>(spec: Spec<Q, B>): Route {
  const { query, body, run, ...rest } = spec;
  return {
    ...rest,
    query,
    body,
    async parse(incoming) {
      const raw = queryObject(incoming.query);
      const parsedQuery = parseFields<Q>(query ?? (NoQuery as unknown as z.ZodMiniType<Q>), raw);
      const parsed = body ? await parseBody(incoming, body) : { value: undefined as B, uploads: [] };
      return (late) =>
        run({ query: parsedQuery, body: parsed.value, uploads: parsed.uploads, headers: incoming.headers, ...late });
    },
  };
}
