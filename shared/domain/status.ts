import type { Role } from './account.ts';

export const STATUSES = [
  'created',
  'acknowledged',
  'in_progress',
  'on_hold',
  'resolved',
  'rejected',
  'closed',
] as const;
export type Status = (typeof STATUSES)[number];

/** The statuses of complaints that have ended; these cannot be overdue. */
export const ENDED: readonly Status[] = ['resolved', 'rejected', 'closed'];

/** The reporter may reopen a complaint for this many days after its resolution. */
export const REOPEN_DAYS = 14;
/** The reporter may rate a complaint for this many days after its end. */
export const RATING_DAYS = 60;

export type Party = 'reporter' | 'staff' | 'admin';
type Rule = {
  from: readonly Status[];
  to: readonly Status[];
  who: readonly Party[];
  needsNote?: true;
  withinDays?: number;
};

const DESK = ['staff', 'admin'] as const;

/** The status table of the contract: all transitions, who may make them and what they need. */
export const TRANSITIONS: readonly Rule[] = [
  { from: ['created'], to: ['acknowledged', 'in_progress'], who: DESK },
  { from: ['created', 'acknowledged', 'in_progress', 'on_hold'], to: ['rejected'], who: DESK, needsNote: true },
  { from: ['acknowledged'], to: ['in_progress', 'on_hold', 'resolved'], who: DESK },
  { from: ['in_progress'], to: ['on_hold', 'resolved'], who: DESK },
  { from: ['on_hold'], to: ['in_progress'], who: DESK },
  { from: ['resolved'], to: ['in_progress'], who: DESK, needsNote: true },
  { from: ['resolved'], to: ['in_progress'], who: ['reporter'], needsNote: true, withinDays: REOPEN_DAYS },
  { from: ['resolved'], to: ['closed'], who: [...DESK, 'reporter'] },
  { from: ['rejected', 'closed'], to: ['in_progress'], who: ['admin'], needsNote: true },
];

export type Step = { from: Status; to: Status };
type Asker = { role: Role; isReporter: boolean; daysSinceResolved: number };
export type TransitionResult = 'allowed' | 'needs_note' | 'forbidden' | 'illegal';

function partiesOf(asker: Asker): Party[] {
  const desk: Party[] = asker.role === 'user' ? [] : [asker.role];
  return asker.isReporter ? [...desk, 'reporter'] : desk;
}

function applies(rule: Rule, asker: Asker): boolean {
  const inTime = rule.withinDays === undefined || asker.daysSinceResolved <= rule.withinDays;
  return inTime && partiesOf(asker).some((party) => rule.who.includes(party));
}

/**
 * Checks a transition. `forbidden`: another party may make it, or the asker is not staff. `illegal`: the asker is staff
 * and no one may make it.
 */
export function checkTransition(step: Step, asker: Asker, hasNote: boolean): TransitionResult {
  const rules = TRANSITIONS.filter((rule) => rule.from.includes(step.from) && rule.to.includes(step.to));
  const mine = rules.find((rule) => applies(rule, asker));
  if (mine) return mine.needsNote && !hasNote ? 'needs_note' : 'allowed';
  const worksHere = asker.role !== 'user';
  return rules.length === 0 && worksHere ? 'illegal' : 'forbidden';
}

/** The statuses that this person may set now, in table order. */
export function nextStatuses(from: Status, asker: Asker): Status[] {
  const rules = TRANSITIONS.filter((rule) => rule.from.includes(from) && applies(rule, asker));
  return [...new Set(rules.flatMap((rule) => rule.to))];
}

/**
 * The progress (0-100) after a step: 0 for `created`, 100 for `resolved`, else `sent`. By default reopening resets it
 * to 0 and other steps keep it.
 */
export function progressAfter(step: Step, present: number, sent?: number): number {
  if (step.to === 'created') return 0;
  if (step.to === 'resolved') return 100;
  const reopened = ENDED.includes(step.from) && !ENDED.includes(step.to);
  return sent ?? (reopened ? 0 : present);
}

/** Why a sent progress contradicts the status after the step; undefined if it does not. */
export function progressConflict(step: Step, present: number, sent: number): string | undefined {
  if (step.to === 'created' && sent !== 0)
    return 'must be 0 while the status is created; set the status to in_progress too';
  if (step.to === 'resolved' && sent !== 100) return 'must be 100 when the status is resolved';
  const frozen = step.to === 'rejected' || step.to === 'closed';
  if (frozen && sent !== present) return `cannot change when the status is ${step.to}`;
  return undefined;
}
