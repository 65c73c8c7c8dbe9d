import { describe, expect, it } from 'vitest';
import {
  type AccountAction,
  allows,
  type ComplaintAction,
  type ComplaintFacts,
  findsAnonymousOf,
  isDesk,
  mayOnAccount,
  mayOnComplaint,
  readScopeOf,
} from '#shared/domain/policy.ts';

/** The people in the tables of the contract. `reporter` is a user who filed the complaint in question. */
const PEOPLE = {
  stranger: undefined,
  user: { id: 'u1', username: 'uma', role: 'user' },
  reporter: { id: 'r1', username: 'rae', role: 'user' },
  staff: { id: 's1', username: 'sam', role: 'staff' },
  'staff who reported it': { id: 'r1', username: 'rae', role: 'staff' },
  admin: { id: 'a1', username: 'ada', role: 'admin' },
} as const;
type Who = keyof typeof PEOPLE;
const EVERYBODY = Object.keys(PEOPLE) as Who[];

const PLAIN: ComplaintFacts = { status: 'created', touched: false, hidden: false, anonymous: false, reporterId: 'r1' };

/** The contract's rules for complaints: who may. Everybody else may not. */
const COMPLAINTS: [sentence: string, ComplaintAction, Partial<ComplaintFacts>, Who[]][] = [
  ['Anyone lists and reads complaints.', 'read', {}, EVERYBODY],
  [
    'A hidden complaint exists for staff, admin and its reporter only.',
    'read',
    { hidden: true },
    ['reporter', 'staff', 'staff who reported it', 'admin'],
  ],
  ['The reporter of a complaint that is not anonymous is shown.', 'readReporter', {}, EVERYBODY],
  [
    'username is null to the public when anonymous.',
    'readReporter',
    { anonymous: true },
    ['reporter', 'staff', 'staff who reported it', 'admin'],
  ],
  [
    'assignedTo and entries with internal: true are for staff and admin.',
    'readInternal',
    {},
    ['staff', 'staff who reported it', 'admin'],
  ],
  [
    'status, progress, assignee, internal note, hidden: staff, admin.',
    'work',
    {},
    ['staff', 'staff who reported it', 'admin'],
  ],
  ['note: staff, admin; the reporter: a reply.', 'reply', {}, ['reporter', 'staff', 'staff who reported it', 'admin']],
  [
    'A reply is possible in every status.',
    'reply',
    { status: 'closed' },
    ['reporter', 'staff', 'staff who reported it', 'admin'],
  ],
  ['The reporter: the text while nobody has acted.', 'edit', {}, ['reporter', 'staff who reported it']],
  ['Not after somebody has acted.', 'edit', { touched: true }, []],
  ['Not in another status.', 'edit', { status: 'acknowledged' }, []],
  [
    'Delete: admin; the reporter while status is created.',
    'delete',
    {},
    ['reporter', 'staff who reported it', 'admin'],
  ],
  [
    'While status is created, somebody may have acted.',
    'delete',
    { touched: true },
    ['reporter', 'staff who reported it', 'admin'],
  ],
  ['Deleting one’s own after created is 403.', 'delete', { status: 'acknowledged' }, ['admin']],
];

describe('who may do what to a complaint', () => {
  it.each(COMPLAINTS)('%s (%s, %j)', (_, action, state, allowed) => {
    const complaint = { ...PLAIN, ...state };
    expect(EVERYBODY.filter((who) => mayOnComplaint(PEOPLE[who], action, complaint))).toEqual(allowed);
  });

  it('lists contain what may be read: everything for staff and admin, visible and own complaints for others', () => {
    const scopes = EVERYBODY.map((who) => readScopeOf(PEOPLE[who]));
    const others = (userId?: string) => ({ desk: false, userId });
    expect(scopes).toEqual([others(), others('u1'), others('r1'), { desk: true }, { desk: true }, { desk: true }]);
  });

  it('lists of a reporter contain the anonymous complaints for staff, admin and that reporter', () => {
    const finders: Who[] = ['reporter', 'staff', 'staff who reported it', 'admin'];
    expect(EVERYBODY.filter((who) => findsAnonymousOf(PEOPLE[who], 'rae'))).toEqual(finders);
    expect(findsAnonymousOf(PEOPLE.reporter, 'uma')).toBe(false);
  });

  it('staff filters are for staff and admin', () => {
    expect(EVERYBODY.filter((who) => isDesk(PEOPLE[who]))).toEqual(['staff', 'staff who reported it', 'admin']);
  });
});

/** The contract's rules for accounts: who may with their own, and who with another person's. */
const ACCOUNTS: [sentence: string, AccountAction, own: string[], others: string[]][] = [
  ['GET /user: self, staff, admin.', 'read', ['user', 'staff', 'admin'], ['staff', 'admin']],
  ['GET /user?role=staff for staff and admin.', 'listStaff', ['staff', 'admin'], ['staff', 'admin']],
  ['PUT /user: self, with currentPassword.', 'change', ['user', 'staff', 'admin'], []],
  ['PUT /user: admin for another username, a reset.', 'reset', [], ['admin']],
  ['DELETE /user: self, admin.', 'erase', ['user', 'staff', 'admin'], ['admin']],
  ['PUT /user/role: admin; not one’s own.', 'setRole', [], ['admin']],
];

const ACTORS = [PEOPLE.user, PEOPLE.staff, PEOPLE.admin];

describe('who may do what to an account', () => {
  it.each(ACCOUNTS)('%s (%s)', (_, action, own, others) => {
    const may = (username: (actor: (typeof ACTORS)[number]) => string) =>
      ACTORS.filter((actor) => mayOnAccount(actor, action, username(actor))).map(({ role }) => role);
    expect(may((actor) => actor.username)).toEqual(own);
    expect(may(() => 'somebody-else')).toEqual(others);
  });

  it('the last admin cannot be erased or given another role by anybody', () => {
    for (const action of ['erase', 'setRole'] as const) {
      for (const relation of ['self', 'other'] as const) {
        expect(allows({ on: 'account', role: 'admin', relation, action, state: 'last_admin' })).toBe(false);
      }
    }
  });

  it('a person without an account may do nothing', () => {
    for (const [, action] of ACCOUNTS) {
      for (const relation of ['self', 'other'] as const) {
        expect(allows({ on: 'account', role: 'stranger', relation, action, state: 'ordinary' })).toBe(false);
      }
    }
  });
});
