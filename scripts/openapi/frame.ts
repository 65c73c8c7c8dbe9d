import { PROBLEMS } from '#shared/domain/problems.ts';

const rows = Object.entries(PROBLEMS).map(([code, { status, title }]) => `| ${status} | \`${code}\` | ${title} |`);

/** A table of every code with its status and meaning. */
export const PROBLEM_TABLE = `A refusal (RFC 9457).

| status | code | meaning |
|---|---|---|
${rows.join('\n')}`;

const DESCRIPTION = `
Reports with photo evidence, handled by staff along a status that everybody can follow.

**The first call in a minute.** Register (POST /user), log in (POST /login), send the \`TOKEN\` of the answer in the header \`TOKEN\`, and your username in \`USERNAME\` where an operation asks for it.

**Bodies** are JSON in UTF-8; unknown fields are refused, so that a misspelled one is not ignored silently. A query value or form field that is empty counts as not sent. **Times** are ISO 8601 in UTC. Absent values are \`null\`. Every GET path answers HEAD too.

**Through an Appwrite SDK**: \`functions.createExecution\` of the function that a path names in \`x-appwrite-function\`, with the path as \`xpath\` and these headers inside; the answer's own status is \`responseStatusCode\`.

**Refusals** are \`application/problem+json\` (RFC 9457). Programs use \`code\`, people read \`detail\`, forms show \`errors\` beside their fields. Each error says what would be right and what was sent. The schema Problem lists every code. The id in \`instance\` is also in \`X-Request-Id\` and in the logs.
`.trim();

export const ABOUT = {
  title: 'Complaints API',
  version: '1.0.0',
  summary: 'File complaints with photos, and follow the work on them',
  description: DESCRIPTION,
  license: { name: 'MIT', identifier: 'MIT' },
};

export const TAGS = [
  { name: 'Accounts', description: 'Register, log in, and who may do what.' },
  { name: 'Complaints', description: 'File, read, work on and delete.' },
  { name: 'Documentation', description: 'This document and its explorer.' },
];

export const SECURITY = {
  TOKEN: { type: 'apiKey', in: 'header', name: 'TOKEN', description: 'The TOKEN of POST /login.' },
  USERNAME: {
    type: 'apiKey',
    in: 'header',
    name: 'USERNAME',
    description: 'The username the TOKEN belongs to. Wherever it is sent and does not match, the answer is 401.',
  },
};

const text = { type: 'string' };

export const HEADERS = {
  'X-Request-Id': { description: 'Names this request in the logs.', schema: text },
  ETag: { description: 'The version of the complaint, in quotes; for If-Match.', schema: text },
  'Idempotent-Replayed': {
    description: '`true`: nothing was created, this is the answer to the first request with the key.',
    schema: { type: 'string', const: 'true' },
  },
  'Retry-After': { description: 'Seconds to wait before the next try.', schema: { type: 'integer', minimum: 1 } },
  'WWW-Authenticate': { description: 'The way to authenticate: TOKEN.', schema: text },
  Allow: { description: 'The methods this path answers.', schema: text },
};

export const SENT_HEADERS = {
  'If-Match': {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'The ETag you read, such as `"3"`: the change is made only if the complaint is still at that version.',
    schema: text,
  },
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'Any name for this request, 1 to 255 printable ASCII characters; remembered for a day.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
};
