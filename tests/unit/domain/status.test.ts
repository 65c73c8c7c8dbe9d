import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROLES } from '#shared/domain/account.ts';
import { checkTransition, nextStatuses, progressAfter, progressConflict, STATUSES } from '#shared/domain/status.ts';
import { isEntitled, STATUS_TABLE } from '../../support/status-table.ts';

const askers = ROLES.flatMap((role) =>
  [true, false].flatMap((isReporter) =>
    [0, 14, 14.001, 100].map((daysSinceResolved) => ({ role, isReporter, daysSinceResolved })),
  ),
);
const cells = STATUSES.flatMap((from) => STATUSES.filter((to) => to !== from).map((to) => ({ from, to })));

describe('the status table', () => {
  it.each(cells)('decides from $from to $to who may, who may not, and whether a note is needed', ({ from, to }) => {
    const rule = STATUS_TABLE[from][to];
    for (const asker of askers) {
      for (const hasNote of [true, false]) {
        const verdict = checkTransition({ from, to }, asker, hasNote);
        if (rule && isEntitled(rule.who, asker)) expect(verdict).toBe(rule.note && !hasNote ? 'needs_note' : 'allowed');
        else expect(verdict).toBe(rule || asker.role === 'user' ? 'forbidden' : 'illegal');
      }
    }
  });

  it('lists as next exactly the statuses that it would allow', () => {
    for (const from of STATUSES) {
      for (const asker of askers) {
        const allowed = STATUSES.filter(
          (to) => to !== from && checkTransition({ from, to }, asker, true) === 'allowed',
        );
        expect(new Set(nextStatuses(from, asker))).toEqual(new Set(allowed));
      }
    }
  });
});

describe('progress', () => {
  const step = fc.record({ from: fc.constantFrom(...STATUSES), to: fc.constantFrom(...STATUSES) });
  const percent = fc.integer({ min: 0, max: 100 });

  it('is 0 when created and 100 when resolved, whatever is sent', async () => {
    await fc.assert(
      fc.property(step, percent, fc.option(percent, { nil: undefined }), ({ from, to }, present, sent) => {
        const after = progressAfter({ from, to }, present, sent);
        if (to === 'created') expect(after).toBe(0);
        else if (to === 'resolved') expect(after).toBe(100);
        else expect([sent, present, 0]).toContain(after);
      }),
    );
  });

  it('equals the sent progress whenever that is accepted', async () => {
    await fc.assert(
      fc.property(step, percent, percent, ({ from, to }, present, sent) => {
        if (progressConflict({ from, to }, present, sent) !== undefined) return;
        expect(progressAfter({ from, to }, present, sent)).toBe(sent);
      }),
    );
  });

  it('restarts at 0 when a complaint is reopened without another value', () => {
    for (const from of ['resolved', 'rejected', 'closed'] as const) {
      expect(progressAfter({ from, to: 'in_progress' }, 70)).toBe(0);
      expect(progressAfter({ from, to: 'in_progress' }, 70, 40)).toBe(40);
    }
  });
});
