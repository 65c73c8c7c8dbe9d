import type { Keys } from '../access/keys.ts';
import { formatDate, type MovableClock } from '../clock.ts';
import { ApiError } from '../http/errors.ts';
import { uniqueId } from '../ids.ts';
import type { FunctionSpec } from '../project/types.ts';
import { describeExecution } from './describe-execution.ts';
import { type Execution, keptHeaders, newExecution } from './execution.ts';
import type { ExecutionLog } from './execution-log.ts';
import { executorHeaders } from './headers.ts';
import type { RuntimeResponse } from './host.ts';
import { containerName } from './host.ts';
import type { FunctionHosts } from './hosts.ts';

export type Job = {
  spec: FunctionSpec;
  trigger: Execution['trigger'];
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  /** Set for an execution that was announced before it runs. */
  execution?: Execution;
};

export type Outcome = { execution: Execution; response: RuntimeResponse | undefined };
type Parts = {
  keys: Keys;
  clock: MovableClock;
  hosts: FunctionHosts;
  log: ExecutionLog;
  syncTimeout: number;
  print: (line: string) => void;
};

/** Runs functions and keeps what is known about each run. */
export class Executions {
  readonly log: ExecutionLog;
  readonly #parts: Parts;
  readonly #running = new Set<Promise<unknown>>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.log = parts.log;
  }

  announce(job: Job, more: Partial<Execution> = {}): Execution {
    const now = this.#parts.clock.now();
    const execution = {
      ...newExecution({ $id: uniqueId(now), functionId: job.spec.id, trigger: job.trigger }, formatDate(now)),
      requestMethod: job.method,
      requestPath: job.path,
      requestHeaders: keptHeaders(job.headers),
      ...more,
    };
    if (execution.status !== 'processing') this.log.save(execution);
    return execution;
  }

  /** Waits for the answer, 30 seconds at most. */
  runNow(job: Job): Promise<Outcome> {
    return this.#track(
      this.#run(job, Math.min(this.#parts.syncTimeout, job.spec.timeout + 5), this.#parts.syncTimeout),
    );
  }

  runInBackground(job: Job): Promise<Outcome> {
    return this.#track(this.#run(job, job.spec.timeout + 5, Number.POSITIVE_INFINITY));
  }

  get idle(): boolean {
    return this.#running.size === 0;
  }

  async settled(): Promise<void> {
    await Promise.allSettled([...this.#running]);
  }

  async #run(job: Job, limit: number, syncLimit: number): Promise<Outcome> {
    const execution = job.execution ?? this.announce(job);
    const started = performance.now();
    const signal = AbortSignal.timeout(limit * 1000);
    try {
      const response = await this.#parts.hosts.get(job.spec).call(this.#request(job, execution.$id), signal);
      const status = response.status >= 500 ? 'failed' : 'completed';
      const { logs, errors } = response;
      this.#finish(execution, { status, responseStatusCode: response.status, logs, errors }, started);
      return { execution, response };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#finish(execution, { status: 'failed', responseStatusCode: 500, errors: message }, started);
      if (error instanceof ApiError) throw error;
      if (signal.aborted && limit >= syncLimit) throw new ApiError('function_synchronous_timeout');
      return { execution, response: undefined };
    }
  }

  #request({ spec, trigger, method, path, headers, body }: Job, executionId: string) {
    const { keys, hosts, clock } = this.#parts;
    const all = {
      host: `${containerName(spec.id)}:3000`,
      ...headers,
      'x-appwrite-execution-id': executionId,
      'x-appwrite-key': keys.forExecution(spec, executionId),
      'x-appwrite-trigger': trigger,
      'x-appwrite-continent-eu': 'false',
      'x-open-runtimes-timeout': String(spec.timeout),
      'x-open-runtimes-log-id': executionId,
      'x-open-runtimes-logging': spec.logging ? 'enabled' : 'disabled',
      'x-open-runtimes-clock': clock.offset() === 0 ? '' : String(clock.offset()),
    };
    return { method, path, body, headers: executorHeaders(all, { secret: hosts.secret, bodySize: body.length }) };
  }

  #finish(execution: Execution, result: Partial<Execution>, started: number): void {
    Object.assign(execution, result, {
      duration: (performance.now() - started) / 1000,
      $updatedAt: formatDate(this.#parts.clock.now()),
    });
    this.log.save(execution);
    for (const line of describeExecution(execution)) this.#parts.print(line);
  }

  #track(run: Promise<Outcome>): Promise<Outcome> {
    this.#running.add(run);
    const done = () => this.#running.delete(run);
    run.then(done, done);
    return run;
  }
}
