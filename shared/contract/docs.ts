import type * as z from 'zod/mini';
import type { FieldError, ProblemCode } from '#shared/domain/problems.ts';
import type { Status } from '#shared/domain/status.ts';
import type { Person } from './examples.ts';

/** The `docs` of a route: what the OpenAPI document says beyond its path and schemas. See `route()` in shared/http/route.ts. */

export type Tag = 'Accounts' | 'Complaints' | 'Documentation';
export type SentHeader = 'If-Match' | 'Idempotency-Key';
export type AnswerHeader = 'ETag' | 'Idempotent-Replayed';

/** A successful answer. `schema` is one of shared/contract/responses.ts, or a union of them; none for an empty body. */
type Answer = {
  description: string;
  schema?: z.ZodMiniType;
  /** The media type; `application/json` when not given. */
  type?: string;
  headers?: readonly AnswerHeader[];
};

/** The answer of an example: a body to the letter (but for times, ids and the like), or a refusal by its code. */
type Outcome =
  | { status: number; body?: unknown }
  | { code: ProblemCode; detail: string; errors?: readonly FieldError[]; allowed?: readonly Status[] };

/**
 * A request that the tests send to a running service, and the answer they must get; the explorer shows both. In `query`,
 * `json` and `form`, COMPLAINT_ID and REFERENCE stand for the complaint that `given` asks for.
 */
export type Example = {
  summary: string;
  /** Whose TOKEN and USERNAME are sent; none when absent. */
  as?: Person;
  /** Other people who must have an account. */
  needs?: readonly Person[];
  /** A complaint that is filed before, by `by` (else ada), and brought to `status`. */
  given?: { by?: Person; status?: Status };
  headers?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  json?: unknown;
  /** Text fields of a form; `image1` to `image3` name a picture that the test makes. */
  form?: Readonly<Record<string, string>>;
  /** The request is sent twice, and this is the second answer. */
  twice?: true;
  /** Numbers and the length of lists depend on what else is in the service, so only the shape is compared. */
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
   * The codes that this endpoint itself refuses with. Those that come with its kind (a token, roles, a body, a query) are
   * added by the generator.
   */
  refusals: readonly ProblemCode[];
  /** The request headers it honours beside TOKEN and USERNAME. */
  sends?: readonly SentHeader[];
  examples: Readonly<Record<string, Example>>;
};
