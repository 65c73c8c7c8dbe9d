import type { CallRule, EventRule, FaultRule, Faults, PlannedFault } from 'local-appwrite';

const CALLS: readonly CallRule[] = [
  { kind: 'server-error', effect: 'none' },
  { kind: 'server-error', effect: 'done' },
  { kind: 'html-502' },
  { kind: 'rate-limit', retryAfter: 1 },
  { kind: 'truncated-json' },
  { kind: 'reset', effect: 'none' },
  { kind: 'reset', effect: 'done' },
  { kind: 'slow', milliseconds: 300 },
  { kind: 'hang', milliseconds: 1500 },
];
const EVENTS: readonly EventRule[] = [{ kind: 'event-lost' }, { kind: 'event-doubled' }];
const CHECK_EVERY_MS = 10;

/** Makes `share` of the functions’ calls and every other event fail until it is stopped. */
export function injectFaults(faults: Faults, share: number): { stop(): { calls: number; events: number } } {
  const injected = { calls: 0, events: 0 };
  let call = plan(faults, { ...pick(CALLS), functionId: '*', nth: distance(share) });
  let event = plan(faults, { ...pick(EVENTS), nth: 2 });
  const timer = setInterval(() => {
    if (call.hits > 0) {
      injected.calls += 1;
      call.remove();
      call = plan(faults, { ...pick(CALLS), functionId: '*', nth: distance(share) });
    }
    if (event.hits > 0) {
      injected.events += 1;
      event.remove();
      event = plan(faults, { ...pick(EVENTS), nth: 2 });
    }
  }, CHECK_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      faults.clear();
      return injected;
    },
  };
}

function plan(faults: Faults, rule: FaultRule): PlannedFault {
  return faults.add(rule);
}

function pick<T>(values: readonly T[]): T {
  const value = values[Math.floor(Math.random() * values.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}

/** The number of calls until the next fault, such that on average `share` of the calls fail. */
function distance(share: number): number {
  return 1 + Math.floor(Math.random() * (2 / share - 1));
}
