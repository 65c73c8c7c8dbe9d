import {
  ACCOUNT_ACTIONS,
  ACCOUNT_STATES,
  type AccountAction,
  type AccountCase,
  allows,
  COMPLAINT_ACTIONS,
  type ComplaintAction,
  type ComplaintCase,
  type ComplaintState,
} from '#shared/domain/policy.ts';
import { ENDED, STATUSES } from '#shared/domain/status.ts';

const BOTH = [false, true];

/** Every state of a complaint that the policy distinguishes. */
export const COMPLAINT_STATES: readonly ComplaintState[] = STATUSES.flatMap((status) =>
  BOTH.flatMap((touched) =>
    BOTH.flatMap((hidden) => BOTH.map((anonymous) => ({ status, touched, hidden, anonymous }))),
  ),
);

type Words<State> = readonly (readonly [words: string, holds: (state: State) => boolean])[];

const COMPLAINT_WORDS: Words<ComplaintState> = [
  ['yes', () => true],
  ['–', () => false],
  ['unless hidden', (state) => !state.hidden],
  ['unless anonymous', (state) => !state.anonymous],
  ['until it has ended', (state) => !ENDED.includes(state.status)],
  ['while `created`', (state) => state.status === 'created'],
  ['while `created` and nobody has acted', (state) => state.status === 'created' && !state.touched],
];

const ACCOUNT_WORDS: Words<AccountCase['state']> = [
  ['yes', () => true],
  ['–', () => false],
  ['unless the last admin', (state) => state !== 'last_admin'],
];

/** The words for exactly the allowed states; throws when there are none for that combination. */
function inWords<State>(words: Words<State>, states: readonly State[], allowed: (state: State) => boolean): string {
  const fitting = words.find(([, holds]) => states.every((state) => holds(state) === allowed(state)));
  if (!fitting) throw new Error('the policy has a condition that scripts/policy/table.ts has no words for');
  return fitting[0];
}

const COMPLAINT_LABELS: Readonly<Record<ComplaintAction, string>> = {
  read: 'read it',
  readReporter: "read its reporter's name",
  readInternal: "read assignee, internal notes, a caller's contact",
  readRemarks: 'read the comment of a rating, the reason of a correction',
  readBefore: 'read the text before a correction',
  reply: 'add a note',
  edit: 'change title, description, location, category',
  addImages: 'add pictures',
  mask: 'turn `anonymous` on',
  rate: 'rate it, once it is resolved or closed',
  work: 'change progress, assignee, outcome, visibility; correct text and place; write internal notes',
  delete: 'delete it',
};

const ACCOUNT_LABELS: Readonly<Record<AccountAction, string>> = {
  read: 'read the profile',
  readContact: 'read its e-mail address, language and what it is mailed about',
  listStaff: 'list staff',
  listUsers: 'list and find users',
  change: 'change name, phone, language, notify; password and e-mail address (with the present password)',
  reset: 'reset name, phone, password',
  erase: 'erase the account',
  setRole: 'give a role',
};

type Column<C> = readonly [title: string, who: C];

const COMPLAINT_COLUMNS: readonly Column<Pick<ComplaintCase, 'role' | 'relation'>>[] = [
  ['a stranger', { role: 'stranger', relation: 'other' }],
  ['a user', { role: 'user', relation: 'other' }],
  ['its reporter', { role: 'user', relation: 'reporter' }],
  ['staff', { role: 'staff', relation: 'other' }],
  ['admin', { role: 'admin', relation: 'other' }],
];

const ACCOUNT_COLUMNS: readonly Column<Pick<AccountCase, 'role' | 'relation'>>[] = [
  ['a stranger', { role: 'stranger', relation: 'other' }],
  ['oneself', { role: 'user', relation: 'self' }],
  ["a user, another's", { role: 'user', relation: 'other' }],
  ["staff, another's", { role: 'staff', relation: 'other' }],
  ["admin, another's", { role: 'admin', relation: 'other' }],
];

function markdown(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function complaintTable(): string {
  const cell = (action: ComplaintAction, who: (typeof COMPLAINT_COLUMNS)[number][1]) =>
    inWords(COMPLAINT_WORDS, COMPLAINT_STATES, (state) => allows({ on: 'complaint', ...who, action, state }));
  const rows = COMPLAINT_ACTIONS.map((action) => [
    COMPLAINT_LABELS[action],
    ...COMPLAINT_COLUMNS.map(([, who]) => cell(action, who)),
  ]);
  return markdown([['a complaint', ...COMPLAINT_COLUMNS.map(([title]) => title)], ...rows]);
}

function accountTable(): string {
  const cell = (action: AccountAction, who: (typeof ACCOUNT_COLUMNS)[number][1]) =>
    inWords(ACCOUNT_WORDS, ACCOUNT_STATES, (state) => allows({ on: 'account', ...who, action, state }));
  const rows = ACCOUNT_ACTIONS.map((action) => [
    ACCOUNT_LABELS[action],
    ...ACCOUNT_COLUMNS.map(([, who]) => cell(action, who)),
  ]);
  return markdown([['an account', ...ACCOUNT_COLUMNS.map(([title]) => title)], ...rows]);
}

const NOTE = `Staff and admins who reported a complaint themselves may do what both columns say. A missing right is a 403, a complaint
one may not even read a 404, the last admin a 409. Made from \`shared/domain/policy.ts\` by \`npm run policy\`.`;

/** The policy as the README shows it. */
export function policyTables(): string {
  return [complaintTable(), accountTable(), NOTE].join('\n\n');
}
