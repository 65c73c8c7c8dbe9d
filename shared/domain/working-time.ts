import { DAY } from './clock.ts';

/** What decides the deadlines of a complaint. */
export type DeadlineTerms = { daysUntilOverdue: number | null };

/** ISO times; null for a deadline that the category does not set. */
export type Deadlines = { acknowledgeBy: string | null; overdueAt: string | null };

/** The deadlines of a complaint of this category that was filed at this time. */
export function deadlinesFor(category: DeadlineTerms | undefined, filedAt: Date): Deadlines {
  const days = category?.daysUntilOverdue ?? null;
  const overdueAt = days === null ? null : new Date(filedAt.getTime() + days * DAY).toISOString();
  return { acknowledgeBy: null, overdueAt };
}
