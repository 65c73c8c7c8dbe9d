import type { Gateway } from '#shared/appwrite/gateway.ts';
import { systemClock } from '#shared/domain/clock.ts';

/** The most calls to Appwrite that one step of maintenance makes: a step begins only when as many are left. */
const CALLS_PER_STEP = 30;

export type Allowance = { calls: number; milliseconds: number };

export const UNLIMITED: Allowance = { calls: Number.POSITIVE_INFINITY, milliseconds: Number.POSITIVE_INFINITY };

/** What a run of maintenance may still cost. Asked before each step. */
export class Budget {
  readonly #gateway: Pick<Gateway, 'calls'>;
  #mostCalls: number;
  readonly #endsAt: number;

  constructor(gateway: Pick<Gateway, 'calls'>, { calls, milliseconds }: Allowance) {
    this.#gateway = gateway;
    this.#mostCalls = gateway.calls.length + calls - CALLS_PER_STEP;
    this.#endsAt = systemClock.elapsed() + milliseconds;
  }

  /** How many calls the run may still make. */
  get callsLeft(): number {
    return this.#mostCalls + CALLS_PER_STEP - this.#gateway.calls.length;
  }

  /** Ends the run after this step: what is next needs more than is left. */
  end(): void {
    this.#mostCalls = -1;
  }

  /** Whether there is too little left for one more step. */
  isSpent(): boolean {
    return this.#gateway.calls.length > this.#mostCalls || systemClock.elapsed() > this.#endsAt;
  }
}
