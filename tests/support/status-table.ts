import type { Role } from '#shared/domain/account.ts';
import type { Status } from '#shared/domain/status.ts';

type Rule = { who: 'desk' | 'admin' | 'all' | 'all in time'; note?: true };

/** The status table of the contract, written a second time: from, to, who, and whether a note is needed. */
export const STATUS_TABLE: Record<Status, Partial<Record<Status, Rule>>> = {
  created: { acknowledged: { who: 'desk' }, in_progress: { who: 'desk' }, rejected: { who: 'desk', note: true } },
  acknowledged: {
    in_progress: { who: 'desk' },
    on_hold: { who: 'desk' },
    resolved: { who: 'desk' },
    rejected: { who: 'desk', note: true },
  },
  in_progress: { on_hold: { who: 'desk' }, resolved: { who: 'desk' }, rejected: { who: 'desk', note: true } },
  on_hold: { in_progress: { who: 'desk' }, rejected: { who: 'desk', note: true } },
  resolved: { in_progress: { who: 'all in time', note: true }, closed: { who: 'all' } },
  rejected: { in_progress: { who: 'admin', note: true } },
  closed: { in_progress: { who: 'admin', note: true } },
};

type Requester = { role: Role; isReporter: boolean; daysSinceResolved: number };

export function isEntitled(who: Rule['who'], { role, isReporter, daysSinceResolved }: Requester): boolean {
  if (role === 'admin' || (role === 'staff' && who !== 'admin')) return true;
  return isReporter && (who === 'all' || (who === 'all in time' && daysSinceResolved <= 14));
}
