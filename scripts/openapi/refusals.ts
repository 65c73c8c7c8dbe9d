import type { Example } from '#shared/contract/docs.ts';
import { PROBLEMS, type ProblemCode } from '#shared/domain/problems.ts';
import type { Json } from './json.ts';
import type { ServedRoute } from './served.ts';

const COMMON_CODES: readonly ProblemCode[] = [
  'malformed_request',
  'route_not_found',
  'method_not_allowed',
  'internal_error',
];
const API_CODES: readonly ProblemCode[] = ['invalid_fields', 'misconfigured', 'unavailable'];
const TOKEN_CODES: readonly ProblemCode[] = ['token_invalid', 'username_mismatch'];
const BODY_CODES: readonly ProblemCode[] = ['malformed_json', 'body_too_large', 'unsupported_media_type'];

/** The codes that follow from a route's properties: who may call it and what it takes. */
function codesByProperties({ access, roles, body, functionId }: ServedRoute): ProblemCode[] {
  return [
    ...COMMON_CODES,
    ...(functionId === 'docs' ? [] : API_CODES),
    ...(access === 'public' ? [] : TOKEN_CODES),
    ...(access === 'account' ? (['token_missing'] as const) : []),
    ...(roles ? (['forbidden'] as const) : []),
    ...(body ? BODY_CODES : []),
    ...(body?.form ? (['malformed_form'] as const) : []),
  ];
}

/** Every code that this route answers with, in the order of the closed list. */
export function codesOf(route: ServedRoute): ProblemCode[] {
  const codes = new Set([...codesByProperties(route), ...route.docs.refusals]);
  return (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => codes.has(code));
}

type RefusalAnswer = Extract<Example['answer'], { code: ProblemCode }>;

/**
 * The title of an example's answer, with its query. The query has no example of its own, since the explorer would then
 * send it with every request.
 */
export function exampleTitle({ method, path }: ServedRoute, { summary, query }: Example): string {
  return query ? `${summary}: ${method} ${path}?${decodeURIComponent(String(new URLSearchParams(query)))}` : summary;
}

/** The body of a refusal, as shared/http writes it. */
export function problemExample({ code, detail, errors = [], allowed }: RefusalAnswer): Json {
  const { status, title } = PROBLEMS[code];
  const type = `urn:problem:complaints:${code}`;
  const instance = 'urn:request:65f1c2d3e4a5b6c7d8e9';
  return { type, title, status, detail, instance, code, errors, ...(allowed ? { allowed } : {}) };
}

const WITH_RETRY_AFTER: ReadonlySet<ProblemCode> = new Set([
  'busy',
  'request_in_progress',
  'too_many_requests',
  'misconfigured',
  'unavailable',
]);

function headersOf(status: number, codes: readonly ProblemCode[]): Json {
  const names = ['X-Request-Id'];
  if (codes.some((code) => WITH_RETRY_AFTER.has(code))) names.push('Retry-After');
  if (status === 401) names.push('WWW-Authenticate');
  if (status === 405) names.push('Allow');
  if (codes.includes('version_mismatch')) names.push('ETag');
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** The refusals of a route by status, with the possible codes and the examples for them. */
export function refusalResponses(route: ServedRoute): Json {
  const codes = codesOf(route);
  const examples = Object.entries(route.docs.examples);
  const statuses = [...new Set(codes.map((code) => PROBLEMS[code].status))].sort((a, b) => a - b);
  const responses = statuses.map((status) => {
    const here = codes.filter((code) => PROBLEMS[code].status === status);
    const shown = examples.flatMap(([name, example]) => {
      const { answer } = example;
      if (!('code' in answer) || !here.includes(answer.code)) return [];
      return [[name, { summary: exampleTitle(route, example), value: problemExample(answer) }]];
    });
    const schema = { allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: here } } }] };
    const content = { schema, ...(shown.length > 0 ? { examples: Object.fromEntries(shown) } : {}) };
    const description = here.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('. ');
    const response = {
      description: `${description}.`,
      headers: headersOf(status, here),
      content: { 'application/problem+json': content },
    };
    return [String(status), response] as const;
  });
  return Object.fromEntries(responses);
}
