/** The closed list of problem codes, each with its status and title. The OpenAPI document shows this list. */
export const PROBLEMS = {
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  malformed_form: { status: 400, title: 'The multipart form cannot be read' },
  malformed_request: { status: 400, title: 'The request cannot be read' },
  token_missing: { status: 401, title: 'A token is needed' },
  token_invalid: { status: 401, title: 'The token is not valid' },
  username_mismatch: { status: 401, title: 'USERNAME does not name the user of the token' },
  bad_credentials: { status: 401, title: 'Wrong username or password' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  route_not_found: { status: 404, title: 'No such path' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  username_taken: { status: 409, title: 'The username is taken' },
  illegal_transition: { status: 409, title: 'This status cannot follow the present one' },
  not_ratable: { status: 409, title: 'The complaint cannot be rated now' },
  last_admin: { status: 409, title: 'The last admin cannot go' },
  request_in_progress: { status: 409, title: 'The same request is still running' },
  busy: { status: 409, title: 'Too many changes at the same moment' },
  token_gone: { status: 410, title: 'The link is no longer valid' },
  version_mismatch: { status: 412, title: 'The complaint has changed since you read it' },
  body_too_large: { status: 413, title: 'The body is too large' },
  image_too_large: { status: 413, title: 'An image is too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported content type' },
  unsupported_image: { status: 415, title: 'Unsupported image' },
  invalid_fields: { status: 422, title: 'Some fields are not valid' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used for other content' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  misconfigured: { status: 503, title: 'The service is not configured' },
  unavailable: { status: 503, title: 'The service is not available right now' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** The closed list of error codes of a field. */
export const FIELD_CODES = [
  'required',
  'unknown_field',
  'invalid_type',
  'invalid_format',
  'invalid_value',
  'too_short',
  'too_long',
  'too_small',
  'too_big',
  'too_many',
  'conflicting',
  'password_too_short',
  'password_too_long',
  'password_has_nul',
  'password_ill_formed',
  'password_common',
  'password_is_username',
  'username_reserved',
  'image_empty',
  'image_damaged',
  'image_too_large',
  'too_many_pixels',
  'unsupported_image',
] as const;

export type FieldCode = (typeof FIELD_CODES)[number];
export type FieldError = { field: string; code: FieldCode; message: string };

type Extras = { allowed?: readonly string[]; errors?: FieldError[]; headers?: Record<string, string>; cause?: unknown };

/** An intended refusal of a request. `detail` is sent to the client; `cause` is only logged. */
export class Refusal extends Error {
  readonly code: ProblemCode;
  readonly errors: FieldError[];
  readonly headers: Record<string, string>;
  /** The allowed values; sent with the problem. */
  readonly allowed: readonly string[] | undefined;

  constructor(code: ProblemCode, detail: string, extras: Extras = {}) {
    super(detail, { cause: extras.cause });
    this.name = 'Refusal';
    this.code = code;
    this.errors = extras.errors ?? [];
    this.headers = extras.headers ?? {};
    this.allowed = extras.allowed;
  }
}

const LONGEST_SHOWN = 40;
/** Characters that break lines, change the writing direction or are invisible, and those with a meaning in HTML. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}<>&]/gu;

/** Shortens and escapes a value of the client for use in a sentence. Quotes texts unless `quoted` is false. */
export function shown(value: unknown, quoted = true): string {
  if (typeof value !== 'string') {
    if (Array.isArray(value)) return 'a list';
    return typeof value === 'object' && value !== null ? 'an object' : String(value);
  }
  const letters = [...value.slice(0, 2 * LONGEST_SHOWN + 2)];
  const cut = letters.length > LONGEST_SHOWN ? `${letters.slice(0, LONGEST_SHOWN).join('')}…` : value;
  const safe = cut.replace(UNSAFE, (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`);
  return quoted ? `"${safe.replaceAll('"', '\\"')}"` : safe;
}

/** 422 for one field. The message says what is expected, and what was sent if `sent` is given. */
export function invalidField(field: string, code: FieldCode, wanted: string, sent?: unknown): Refusal {
  const message = sent === undefined ? wanted : `${wanted}; ${shown(sent)} was sent`;
  return new Refusal('invalid_fields', `${field}: ${message}`, { errors: [{ field, code, message }] });
}

function inWords(seconds: number): string {
  if (seconds === 1) return 'a second';
  if (seconds < 120) return `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`;
}

/** A refusal with Retry-After: `seconds` goes into the header and, in words, after `detail`. */
export function retryLater(code: ProblemCode, detail: string, options: { seconds: number; cause?: unknown }): Refusal {
  const seconds = Math.max(1, Math.ceil(options.seconds));
  const told = `${detail} Try again in ${inWords(seconds)}.`;
  return new Refusal(code, told, { headers: { 'retry-after': String(seconds) }, cause: options.cause });
}
