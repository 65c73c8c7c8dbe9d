import { subscribes } from '../events/match.ts';
import { type CallFault, type CallRule, type EventRule, type FaultRule, isCallRule, isEventRule } from './fault.ts';
import { matchesPath } from './path-pattern.ts';

/** A rule and how often it has struck. */
export type PlannedFault = {
  readonly rule: FaultRule;
  /** Matching calls or events so far, struck or not. */
  readonly seen: number;
  readonly hits: number;
  remove(): void;
};

export type CallSeen = { method: string; path: string; functionId?: string; executionId?: string };

/** The planned faults. If several rules match, the first that is due strikes. */
export class Faults {
  readonly #planned = new Set<Planned>();
  readonly #late = new Set<() => Promise<unknown>>();

  add(rule: FaultRule): PlannedFault {
    const planned = new Planned({ ...rule }, () => this.#planned.delete(planned));
    this.#planned.add(planned);
    return planned;
  }

  list(): readonly PlannedFault[] {
    return [...this.#planned];
  }

  /** Removes all rules; late effects that are pending still happen. */
  clear(): void {
    this.#planned.clear();
  }

  takeCallFault(call: CallSeen): CallFault | undefined {
    let struck: CallFault | undefined;
    for (const planned of this.#planned) {
      const { rule } = planned;
      if (!isCallRule(rule) || !matchesCall(rule, call) || !planned.isDue()) continue;
      if (struck) continue;
      planned.hits += 1;
      struck = rule;
      if (rule.kind === 'cut') extendCut(rule, call);
    }
    return struck;
  }

  takeEventFault(name: string, functionId: string): EventRule | undefined {
    let struck: EventRule | undefined;
    for (const planned of this.#planned) {
      const { rule } = planned;
      if (!isEventRule(rule) || !ofFunction(rule, functionId)) continue;
      if (rule.event !== undefined && !subscribes(rule.event, name)) continue;
      if (!planned.isDue() || struck) continue;
      planned.hits += 1;
      struck = rule;
    }
    return struck;
  }

  /** Whether a rule makes the next message stuck. */
  takeMessageFault(): boolean {
    const due = [...this.#planned].filter(({ rule }) => rule.kind === 'message-stuck').find((one) => one.isDue());
    if (due) due.hits += 1;
    return due !== undefined;
  }

  /** Delays an effect until its time or until `applyLate`. */
  later(effect: () => Promise<unknown>, milliseconds: number): void {
    const run = async () => {
      clearTimeout(timer);
      if (this.#late.delete(run)) await effect();
    };
    const timer = setTimeout(() => void run(), milliseconds);
    timer.unref();
    this.#late.add(run);
  }

  /** Applies all pending late effects now; resolves to their number when they are done. */
  async applyLate(): Promise<number> {
    const waiting = [...this.#late];
    for (const run of waiting) await run();
    return waiting.length;
  }

  /** Drops pending late effects, as a crashed platform would. */
  dropLate(): void {
    this.#late.clear();
  }
}

class Planned implements PlannedFault {
  readonly rule: FaultRule;
  readonly remove: () => void;
  seen = 0;
  hits = 0;

  constructor(rule: FaultRule, remove: () => void) {
    this.rule = rule;
    this.remove = remove;
  }

  isDue(): boolean {
    this.seen += 1;
    const { nth = 1, times = 1 } = this.rule;
    return this.seen >= nth && (times === 0 || this.hits < times);
  }
}

function matchesCall(rule: CallRule, call: CallSeen): boolean {
  if (rule.method !== undefined && rule.method !== '*' && rule.method.toUpperCase() !== call.method) return false;
  if (rule.executionId !== undefined && rule.executionId !== call.executionId) return false;
  return ofFunction(rule, call.functionId) && (rule.path === undefined || matchesPath(rule.path, call.path));
}

function ofFunction(rule: FaultRule, functionId: string | undefined): boolean {
  if (rule.functionId === undefined) return true;
  return rule.functionId === '*' ? functionId !== undefined : rule.functionId === functionId;
}

/** A cut lasts: the rule now strikes all later calls of this execution, and no others. */
function extendCut(rule: CallRule, { executionId }: CallSeen): void {
  rule.times = 0;
  if (executionId !== undefined) rule.executionId = executionId;
}
