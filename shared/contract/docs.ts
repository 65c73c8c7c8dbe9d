import type * as z from 'zod/mini';
import type { FieldError, ProblemCode } from '#shared/domain/problems.ts';
import type { Status } from '#shared/domain/status.ts';
import type { Person } from './examples.ts';

/**
 * The `docs` of a route: what the OpenAPI document says besides path and schemas. See `route()` in
 * shared/http/route.ts.
 */

export type Tag = 'Accounts' | 'Complaints' | 'Documentation';
export type SentHeader = 'If-Match' | 'Idempotency-Key';
export type AnswerHeader = 'ETag' | 'Idempotent-Replayed';

/**
 * A successful answer. `schema` is one of shared/contract/responses.ts or a union of them; absent for an empty body.
 */
type Answer = {
  description: string;
  schema?: z.ZodMiniType;
  /** The media type; `application/json` when not given. */
  type?: string;
  headers?: readonly AnswerHeader[];
};

/** The answer of an example: the exact body (except times, ids and the like), or the code of a refusal. */
type Outcome =
  | { status: number; body?: unknown }
  | { code: ProblemCode; detail: string; errors?: readonly FieldError[]; allowed?: readonly Status[] };

/**
 * A request that the tests send to a running service, with the expected answer; the explorer shows both. COMPLAINT_ID
 * and REFERENCE in `query`, `json` and `form` stand for the complaint of `given`.
 */
export type Example = {
  summary: string;
  /** Whose TOKEN and USERNAME are sent; none when absent. */
  as?: Person;
  /** Other people who must have an account. */
  needs?: readonly Person[];
  /** A complaint that is filed first, by `by` (default ada), and moved to `status`. */
  given?: { by?: Person; status?: Status };
  headers?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  json?: unknown;
  /** Text fields of a form. `image1` to `image3` name pictures that the test makes. */
  form?: Readonly<Record<string, string>>;
  /** The request is sent twice, and `answer` is the second answer. */
  twice?: true;
  /** Only the shape is compared, since numbers and list lengths depend on the other data of the service. */
  figures?: true;
  answer: Outcome;
};

export type Docs = {
  tag: Tag;
  summary: string;
  description: string;
  /** By status. */
  answers: Readonly<Record<number, Answer>>;
  /**
   * The problem codes of this endpoint itself. The generator adds those that follow from its token, roles, body and
   * query.
   */
  refusals: readonly ProblemCode[];
  /** The request headers it reads besides TOKEN and USERNAME. */
  sends?: readonly SentHeader[];
  examples: Readonly<Record<string, Example>>;
};
