import type { Faults } from '../faults/faults.ts';
import type { FunctionSpec, Project } from '../project/types.ts';
import { subscribes } from './match.ts';

export type PlatformEvent = { name: string; payload: unknown };
export type Deliver = (spec: FunctionSpec, event: PlatformEvent) => Promise<void>;

type Delivery = { spec: FunctionSpec; event: PlatformEvent };

/** Delivers events to subscribed functions: at most once, in order, without retries. */
export class EventBus {
  readonly #project: Project;
  readonly #faults: Faults;
  readonly #deliver: Deliver;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** Releases a held event after the next one has overtaken it. */
  #releaseHeld: (() => void) | undefined;

  constructor(project: Project, faults: Faults, deliver: Deliver) {
    this.#project = project;
    this.#faults = faults;
    this.#deliver = deliver;
  }

  publish(events: readonly PlatformEvent[]): void {
    for (const event of events) {
      for (const spec of this.#project.functions.values()) {
        if (spec.events.some((pattern) => subscribes(pattern, event.name))) this.#accept({ spec, event });
      }
    }
  }

  get idle(): boolean {
    return this.#waiting === 0;
  }

  settled(): Promise<void> {
    return this.#last;
  }

  #accept(delivery: Delivery): void {
    const fault = this.#faults.takeEventFault(delivery.event.name, delivery.spec.id);
    const releaseHeld = this.#releaseHeld;
    this.#releaseHeld = undefined;
    if (fault?.kind === 'events-swapped') {
      this.#releaseHeld = this.#hold(delivery, fault.milliseconds ?? 500);
    } else if (fault?.kind === 'event-delayed') {
      this.#hold(delivery, fault.milliseconds ?? 1000);
    } else if (fault?.kind !== 'event-lost') {
      this.#enqueue(delivery);
      if (fault?.kind === 'event-doubled') this.#enqueue(delivery);
    }
    releaseHeld?.();
  }

  /** Delays a delivery; the returned function ends the delay. */
  #hold(delivery: Delivery, milliseconds: number): () => void {
    this.#waiting += 1;
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      clearTimeout(timer);
      this.#enqueue(delivery);
      this.#waiting -= 1;
    };
    const timer = setTimeout(release, milliseconds);
    return release;
  }

  #enqueue({ spec, event }: Delivery): void {
    this.#waiting += 1;
    this.#last = this.#last
      .then(() => this.#deliver(spec, event))
      .catch(() => {})
      .finally(() => {
        this.#waiting -= 1;
      });
  }
}
