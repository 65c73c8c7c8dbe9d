import type * as z from 'zod/mini';
import type { FieldError, ProblemCode } from '#shared/domain/problems.ts';
import type { Status } from '#shared/domain/status.ts';
import type { Person } from './people.ts';

/** What OpenAPI says about an operation beyond its route and schemas. Never part of a function that serves the API. */

export type Tag = 'Accounts' | 'Complaints' | 'Documentation';
export type SentHeader = 'If-Match' | 'Idempotency-Key';
export type AnswerHeader = 'ETag' | 'Idempotent-Replayed';

type Answer = { description: string; schema?: z.ZodMiniType; type?: string; headers?: readonly AnswerHeader[] };

/** The answer of an example: a body to the letter (but for times, ids and the like), or a refusal by its code. */
type Outcome =
  | { status: number; body?: unknown }
  | { code: ProblemCode; detail: string; errors?: readonly FieldError[]; allowed?: readonly Status[] };

/** A request that the tests send, and the answer they must get. COMPLAINT_ID in it stands for the `given` complaint. */
export type Example = {
  summary: string;
  as?: Person;
  /** Who else must be there. */
  needs?: readonly Person[];
  given?: { by?: Person; status?: Status };
  headers?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  json?: unknown;
  /** Text fields of a form; `image1` to `image3` name a picture the test makes. */
  form?: Readonly<Record<string, string>>;
  answer: Outcome;
};

export type OperationText = {
  tag: Tag;
  summary: string;
  description: string;
  answers: Readonly<Record<number, Answer>>;
  /** Refusals of the endpoint itself; those that any such route has are known from the route. */
  refusals: readonly ProblemCode[];
  sends?: readonly SentHeader[];
  examples: Readonly<Record<string, Example>>;
};
