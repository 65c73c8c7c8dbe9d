import type { Gateway } from '#shared/appwrite/gateway.ts';
import { systemClock } from '#shared/domain/clock.ts';

/** The most calls that one step of maintenance makes. A step begins only if this many are left. */
const CALLS_PER_STEP = 30;

export type Allowance = { calls: number; milliseconds: number };

export const UNLIMITED: Allowance = { calls: Number.POSITIVE_INFINITY, milliseconds: Number.POSITIVE_INFINITY };

/** The remaining calls and time of a run, checked before each step. */
export class Budget {
  readonly #gateway: Pick<Gateway, 'calls'>;
  #mostCalls: number;
  readonly #endsAt: number;

  constructor(gateway: Pick<Gateway, 'calls'>, { calls, milliseconds }: Allowance) {
    this.#gateway = gateway;
    this.#mostCalls = gateway.calls.length + calls - CALLS_PER_STEP;
    this.#endsAt = systemClock.elapsed() + milliseconds;
  }

  get callsLeft(): number {
    return this.#mostCalls + CALLS_PER_STEP - this.#gateway.calls.length;
  }

  /** Ends the run after this step, if the next one needs more than is left. */
  end(): void {
    this.#mostCalls = -1;
  }

  /** Whether too little is left for one more step. */
  isSpent(): boolean {
    return this.#gateway.calls.length > this.#mostCalls || systemClock.elapsed() > this.#endsAt;
  }
}
