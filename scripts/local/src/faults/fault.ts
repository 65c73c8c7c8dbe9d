import { type Fields, isFields } from '../http/call.ts';
import { invalidParam } from '../http/errors.ts';

/** When the call takes effect: never, at once, or `lateBy` milliseconds later. */
export type Effect = 'none' | 'done' | 'late';

/** The kinds of faults of calls, with their default effect. */
export const callFaults = {
  'rate-limit': 'none',
  'server-error': 'none',
  'html-502': 'none',
  'storage-full': 'none',
  'database-full': 'none',
  'commit-failed': 'none',
  'truncated-json': 'done',
  'wrong-json': 'done',
  reset: 'none',
  hang: 'none',
  slow: 'done',
  kill: 'none',
  cut: 'none',
  'stale-row': 'done',
} as const satisfies Record<string, Effect>;

export const eventFaults = ['event-lost', 'event-doubled', 'event-delayed', 'events-swapped'] as const;

export type CallFaultKind = keyof typeof callFaults;
export type EventFaultKind = (typeof eventFaults)[number];

type When = {
  /** Number of the first matching call or event that is struck; 1 by default. */
  nth?: number;
  /** How many are struck from there on; 1 by default, 0 for all. */
  times?: number;
  /** Only calls made by this function, or events delivered to it; `*` is any function. */
  functionId?: string;
};

export type CallFault = {
  kind: CallFaultKind;
  effect?: Effect;
  /** slow: the delay. hang: time until the connection is dropped; by default it hangs until the client leaves. */
  milliseconds?: number;
  /** Milliseconds from the call to a late effect; 1000 by default. `applyLate()` applies it earlier. */
  lateBy?: number;
  /** Seconds in the Retry-After header of rate-limit; 5 by default. */
  retryAfter?: number;
};

/** `path`: a pattern without the query; `*` is one segment, `**` any number of segments. */
export type CallRule = CallFault & When & { method?: string; path?: string; executionId?: string };

/** `event`: a subscription pattern such as `databases.*.tables.notes.rows.*.delete`. */
export type EventRule = { kind: EventFaultKind; event?: string; milliseconds?: number } & When;

/** A message that Messaging never sends; it stays `processing`. */
export type MessageRule = { kind: 'message-stuck' } & When;

export type FaultRule = CallRule | EventRule | MessageRule;

export function isEventRule(rule: FaultRule): rule is EventRule {
  return (eventFaults as readonly string[]).includes(rule.kind);
}

export function isCallRule(rule: FaultRule): rule is CallRule {
  return rule.kind in callFaults;
}

const texts = ['method', 'path', 'functionId', 'executionId', 'event', 'effect'];
const numbers = ['nth', 'times', 'milliseconds', 'lateBy', 'retryAfter'];

/** Reads a rule from HTTP or a command line; throws for unknown kinds and fields. */
export function readRule(value: unknown): FaultRule {
  if (!isFields(value)) throw invalidParam('rule', 'Value must be a JSON object');
  const kinds = [...Object.keys(callFaults), ...eventFaults, 'message-stuck'];
  if (!kinds.includes(String(value.kind))) throw invalidParam('kind', `Value must be one of (${kinds.join(', ')})`);
  for (const [key, item] of Object.entries(value)) checkField(key, item);
  if (value.effect !== undefined && !['none', 'done', 'late'].includes(String(value.effect)))
    throw invalidParam('effect', 'Value must be one of (none, done, late)');
  return value as Fields & FaultRule;
}

function checkField(key: string, item: unknown): void {
  if (key === 'kind') return;
  if (texts.includes(key)) {
    if (typeof item !== 'string') throw invalidParam(key, 'Value must be a string');
  } else if (numbers.includes(key)) {
    if (typeof item !== 'number' || item < 0) throw invalidParam(key, 'Value must be a number from 0 on');
  } else {
    throw invalidParam(key, `A fault has no such field; it has kind, ${[...texts, ...numbers].join(', ')}`);
  }
}
