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

/** The caller. The account may still be being read: an endpoint awaits it beside its own reads. */
export type Caller = {
  /** 401 when nobody is logged in. */
  actor(): Promise<AccountActor>;
  /** undefined when nobody is logged in. */
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
  /** Query parameters that count even when they are empty; others count as not sent then. */
  emptyCounts?: readonly string[];
  body?: BodySpec<B>;
  docs: Docs;
  run(call: Call<Q, B>): Promise<Reply>;
};

type Runnable = (rest: { caller: Caller; deps: Deps }) => Promise<Reply>;

/** One endpoint of a function's route table. `parse` refuses bad input and gives back what is left to do. */
export type Route = Omit<Spec<never, never>, 'run' | 'query' | 'body'> & {
  query: z.ZodMiniType | undefined;
  body: BodySpec<unknown> | undefined;
  parse(incoming: Incoming): Promise<Runnable>;
};

const NoQuery = z.strictObject({});

/**
 * Declares an endpoint, all in this one call: path, access, schemas, what the
 * OpenAPI document says, and what it does. To add one:
 *
 * 1. Write the service that does the work in `shared/services`. It knows no HTTP and throws `Refusal`s.
 * 2. Declare the request's schema in `shared/contract/<topic>-requests.ts` from the fields in `fields.ts`, each with
 *    `z.describe('…')`. Declare numbers as numbers, truth values as booleans and lists as arrays, in a query and a form
 *    too: `fromText` makes them of the text. Unknown fields are refused: use `z.strictObject`.
 * 3. Declare the answer's schema in `shared/contract/responses.ts`; the document calls it by the name it is exported as.
 * 4. Call `route()` in `functions/<group>/<endpoint>.ts`, with `docs` (see `shared/contract/docs.ts`), and name it in that
 *    folder's `routes.ts`. Nothing else has to know of it: router, document, explorer and generated types follow.
 *
 * ```ts
 * export const followComplaint = route({
 *   method: 'POST',
 *   path: '/complain/follow',
 *   id: 'followComplaint',
 *   access: 'account',
 *   needsUsername: true,
 *   body: { json: ComplaintFollowing },
 *   docs: {
 *     tag: 'Complaints',
 *     summary: 'Follow a complaint',
 *     description: 'You are told of every change from then on. It may be repeated.',
 *     answers: { 200: { description: 'Followed', schema: Following } },
 *     refusals: ['not_found'],
 *     examples: {
 *       followed: {
 *         summary: 'A complaint of somebody else',
 *         as: 'kim',
 *         given: {},
 *         json: { id: COMPLAINT_ID },
 *         answer: { status: 200, body: { id: COMPLAINT_ID, following: true, followers: 1 } },
 *       },
 *     },
 *   },
 *   async run({ body: { id }, caller, deps }) {
 *     return { status: 200, body: await follow(deps, caller.actor(), id) };
 *   },
 * });
 * ```
 *
 * The examples are sent to a running service by `tests/docs/examples.test.ts` and must be answered as they say; a code
 * that a service refuses with and `refusals` does not name fails `tests/docs/document.test.ts`. The order of refusals is
 * always: token and account (401), roles (403), body and query (4xx), then whatever `run` looks up. A body may have 64 kB
 * unless `body.maxBytes` says more. A GET route answers HEAD too.
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
