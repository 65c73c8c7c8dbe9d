import type { FunctionSpec, Project } from '../project/types.ts';
import { subscribes } from './match.ts';

export type PlatformEvent = { name: string; payload: unknown };
export type Deliver = (spec: FunctionSpec, event: PlatformEvent) => Promise<void>;

/** Hands events to the functions that subscribed: at most once, in order, never again after a failure. */
export class EventBus {
  readonly #project: Project;
  readonly #deliver: Deliver;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(project: Project, deliver: Deliver) {
    this.#project = project;
    this.#deliver = deliver;
  }

  publish(events: readonly PlatformEvent[]): void {
    for (const event of events) {
      for (const spec of this.#project.functions.values()) {
        if (spec.events.some((pattern) => subscribes(pattern, event.name))) this.#enqueue(spec, event);
      }
    }
  }

  get idle(): boolean {
    return this.#waiting === 0;
  }

  settled(): Promise<void> {
    return this.#last;
  }

  #enqueue(spec: FunctionSpec, event: PlatformEvent): void {
    this.#waiting += 1;
    this.#last = this.#last
      .then(() => this.#deliver(spec, event))
      .catch(() => {})
      .finally(() => {
        this.#waiting -= 1;
      });
  }
}
