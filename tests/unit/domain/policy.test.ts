import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withPolicy } from '#scripts/policy/readme.ts';
import { COMPLAINT_STATES, policyTables } from '#scripts/policy/table.ts';
import {
  ACCOUNT_ACTIONS,
  ACCOUNT_STATES,
  type AccountCase,
  allows,
  COMPLAINT_ACTIONS,
  type ComplaintCase,
  type ComplaintState,
  isDesk,
  mayOnAccount,
  mayOnComplaint,
} from '#shared/domain/policy.ts';

const ROLES = ['nobody', 'user', 'staff', 'admin'] as const;

/** One letter for each of nobody, user, staff and admin who did not report it, then user, staff and admin who did. */
type Row = `${string}|${string}`;
const y = 'yyyy|yyy';
const COMPLAINTS: Record<ComplaintCase['action'], (state: ComplaintState) => Row> = {
  read: ({ hidden }) => (hidden ? 'nnyy|yyy' : y),
  readReporter: ({ anonymous }) => (anonymous ? 'nnyy|yyy' : y),
  readInternal: () => 'nnyy|nyy',
  reply: () => 'nnyy|yyy',
  edit: ({ status, touched }) => (status === 'created' && !touched ? 'nnnn|yyy' : 'nnnn|nnn'),
  work: () => 'nnyy|nyy',
  delete: ({ status }) => (status === 'created' ? 'nnny|yyy' : 'nnny|nny'),
};

/** The same for accounts: nobody, user, staff and admin on another's, then user, staff and admin on their own. */
const ACCOUNTS: Record<AccountCase['action'], Record<AccountCase['state'], Row>> = {
  read: { ordinary: 'nnyy|yyy', last_admin: 'nnyy|yyy' },
  listStaff: { ordinary: 'nnyy|nyy', last_admin: 'nnyy|nyy' },
  change: { ordinary: 'nnnn|yyy', last_admin: 'nnnn|yyy' },
  reset: { ordinary: 'nnny|nnn', last_admin: 'nnny|nnn' },
  erase: { ordinary: 'nnny|yyy', last_admin: 'nnnn|nnn' },
  setRole: { ordinary: 'nnny|nnn', last_admin: 'nnnn|nnn' },
};

const letters = (allowed: (who: { role: (typeof ROLES)[number]; own: boolean }) => boolean): string => {
  const letter = (role: (typeof ROLES)[number], own: boolean) => (allowed({ role, own }) ? 'y' : 'n');
  const others = ROLES.map((role) => letter(role, false)).join('');
  return `${others}|${ROLES.slice(1)
    .map((role) => letter(role, true))
    .join('')}`;
};

describe('the policy', () => {
  it.each(COMPLAINT_ACTIONS)('says of every role, relation and state of a complaint who may %s it', (action) => {
    for (const state of COMPLAINT_STATES) {
      const answer = letters(({ role, own }) =>
        allows({ on: 'complaint', role, relation: own ? 'reporter' : 'other', action, state }),
      );
      expect(answer, JSON.stringify(state)).toBe(COMPLAINTS[action](state));
    }
  });

  it.each(ACCOUNT_ACTIONS)('says of every role, relation and state of an account who may %s', (action) => {
    for (const state of ACCOUNT_STATES) {
      const answer = letters(({ role, own }) =>
        allows({ on: 'account', role, relation: own ? 'self' : 'other', action, state }),
      );
      expect(answer, state).toBe(ACCOUNTS[action][state]);
    }
  });

  it('never lets anybody without an account do more than read', () => {
    for (const action of ACCOUNT_ACTIONS) {
      for (const relation of ['self', 'other'] as const) {
        expect(allows({ on: 'account', role: 'nobody', relation, action, state: 'ordinary' })).toBe(false);
      }
    }
  });

  it('gives staff who reported a complaint what both staff and reporters may do', () => {
    for (const role of ['staff', 'admin'] as const) {
      for (const action of COMPLAINT_ACTIONS) {
        for (const state of COMPLAINT_STATES) {
          const asked = { on: 'complaint', action, state } as const;
          const either =
            allows({ ...asked, role, relation: 'other' }) || allows({ ...asked, role: 'user', relation: 'reporter' });
          expect(allows({ ...asked, role, relation: 'reporter' })).toBe(either);
        }
      }
    }
  });
});

describe('the policy of a request', () => {
  const facts = { status: 'created', touched: false, hidden: true, anonymous: true, reporterId: 'r1' } as const;
  const person = { id: 'r1', username: 'ada', role: 'user' } as const;

  it('knows a reporter by the account, and a stranger by having none', () => {
    expect(mayOnComplaint(person, 'read', facts)).toBe(true);
    expect(mayOnComplaint({ ...person, id: 'r2' }, 'read', facts)).toBe(false);
    expect(mayOnComplaint(undefined, 'read', facts)).toBe(false);
    expect(mayOnComplaint(undefined, 'read', { ...facts, hidden: false })).toBe(true);
  });

  it('knows oneself by name, since nobody has looked up the other account yet', () => {
    expect(mayOnAccount(person, 'change', 'ada')).toBe(true);
    expect(mayOnAccount(person, 'change', 'bob')).toBe(false);
    expect(mayOnAccount({ ...person, role: 'admin' }, 'setRole', 'ada')).toBe(false);
  });

  it('takes staff and admins for the desk, and nobody else', () => {
    const roles = ['user', 'staff', 'admin'] as const;
    expect(roles.map((role) => isDesk({ ...person, role }))).toEqual([false, true, true]);
    expect(isDesk(undefined)).toBe(false);
  });
});

it('the README shows the policy as it is; if not: node scripts/policy/main.ts', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  expect(readme).toBe(withPolicy(readme, policyTables()));
});
