import { subscribes } from '../events/match.ts';
import { type CallFault, type CallRule, type EventRule, type FaultRule, isCallRule, isEventRule } from './fault.ts';
import { matchesPath } from './path-pattern.ts';

/** A rule with its history. */
export type PlannedFault = {
  readonly rule: FaultRule;
  /** Matching calls or events so far, struck or not. */
  readonly seen: number;
  readonly hits: number;
  remove(): void;
};

export type CallSeen = { method: string; path: string; functionId?: string; executionId?: string };

/** Everything that is going to go wrong. Several rules may wait at once; the first that is due strikes. */
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

  /** Nothing goes wrong any more; effects that are still to come stay so. */
  clear(): void {
    this.#planned.clear();
  }

  ofCall(call: CallSeen): CallFault | undefined {
    let struck: CallFault | undefined;
    for (const planned of this.#planned) {
      const { rule } = planned;
      if (!isCallRule(rule) || !concerns(rule, call) || !planned.isDue()) continue;
      if (struck) continue;
      planned.hits += 1;
      struck = rule;
      if (rule.kind === 'cut') cutOff(rule, call);
    }
    return struck;
  }

  ofEvent(name: string, functionId: string): EventRule | undefined {
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

  /** Whether the next message gets stuck. */
  ofMessage(): boolean {
    const due = [...this.#planned].filter(({ rule }) => rule.kind === 'message-stuck').find((one) => one.isDue());
    if (due) due.hits += 1;
    return due !== undefined;
  }

  /** Keeps an effect back until its time or until `applyLate`. */
  later(effect: () => Promise<unknown>, milliseconds: number): void {
    const run = async () => {
      clearTimeout(timer);
      if (this.#late.delete(run)) await effect();
    };
    const timer = setTimeout(() => void run(), milliseconds);
    timer.unref();
    this.#late.add(run);
  }

  /** Brings about at once what was put off; resolves when all of it is done. */
  async applyLate(): Promise<number> {
    const waiting = [...this.#late];
    for (const run of waiting) await run();
    return waiting.length;
  }

  /** Forgets what was put off, as a platform that went down would. */
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

function concerns(rule: CallRule, call: CallSeen): boolean {
  if (rule.method !== undefined && rule.method !== '*' && rule.method.toUpperCase() !== call.method) return false;
  if (rule.executionId !== undefined && rule.executionId !== call.executionId) return false;
  return ofFunction(rule, call.functionId) && (rule.path === undefined || matchesPath(rule.path, call.path));
}

function ofFunction(rule: FaultRule, functionId: string | undefined): boolean {
  if (rule.functionId === undefined) return true;
  return rule.functionId === '*' ? functionId !== undefined : rule.functionId === functionId;
}

/** Who was cut off once stays so; others who come later are not meant. */
function cutOff(rule: CallRule, { executionId }: CallSeen): void {
  rule.times = 0;
  if (executionId !== undefined) rule.executionId = executionId;
}
