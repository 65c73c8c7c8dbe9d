import type { Keys } from '../access/keys.ts';
import { formatDate, type MovableClock } from '../clock.ts';
import { ApiError } from '../http/errors.ts';
import { uniqueId } from '../ids.ts';
import type { FunctionSpec } from '../project/types.ts';
import { type Execution, keptRequestHeaders, keptResponseHeaders, newExecution } from './execution.ts';
import type { ExecutionLog } from './execution-log.ts';
import { executorHeaders } from './headers.ts';
import type { RuntimeRequest, RuntimeResponse } from './host.ts';
import { containerName } from './host.ts';
import type { FunctionHosts } from './hosts.ts';

export type Job = {
  spec: FunctionSpec;
  trigger: Execution['trigger'];
  method: string;
  /** As the caller sent it; the function gets it with a leading slash. */
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  /** The record, if it was created before the run. */
  execution?: Execution;
};

/** `response` is undefined if the function's process died or did not answer in time. */
export type Outcome = { execution: Execution; response: RuntimeResponse | undefined };
type Parts = {
  keys: Keys;
  clock: MovableClock;
  hosts: FunctionHosts;
  log: ExecutionLog;
  /** Seconds. */
  syncTimeout: number;
  print: (line: string) => void;
};

/** Runs functions and keeps a record of each run. */
export class Executions {
  readonly log: ExecutionLog;
  readonly #parts: Parts;
  readonly #running = new Set<Promise<unknown>>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.log = parts.log;
  }

  /** Creates the record of an execution; saves it if the run comes later. */
  createRecord(job: Job, more: Partial<Execution> = {}): Execution {
    const now = this.#parts.clock.now();
    const execution = {
      ...newExecution({ $id: uniqueId(now), functionId: job.spec.id, trigger: job.trigger }, formatDate(now)),
      deploymentId: job.spec.deploymentId,
      requestMethod: job.method,
      requestPath: job.path,
      requestHeaders: keptRequestHeaders(job.headers),
      ...more,
    };
    if (execution.status !== 'processing') this.log.save(execution);
    return execution;
  }

  /**
   * Waits for the answer for `syncTimeout` seconds at most, then throws `function_synchronous_timeout`. Waits for no
   * more than the function's timeout plus 5 seconds.
   */
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
    const execution = job.execution ?? this.createRecord(job);
    const started = performance.now();
    const signal = AbortSignal.timeout(limit * 1000);
    try {
      const response = await this.#parts.hosts.get(job.spec).call(this.#request(job, execution.$id), signal);
      const { logs, errors, status: responseStatusCode } = response;
      const status = responseStatusCode >= 500 ? 'failed' : 'completed';
      const responseHeaders = keptResponseHeaders(response.headers);
      this.#finish(execution, { status, responseStatusCode, responseHeaders, logs, errors }, started);
      return { execution, response };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#finish(execution, { status: 'failed', responseStatusCode: 500, errors: message }, started);
      if (error instanceof ApiError) throw error;
      if (signal.aborted && limit >= syncLimit) throw new ApiError('function_synchronous_timeout');
      return { execution, response: undefined };
    }
  }

  #request({ spec, trigger, method, path, headers, body }: Job, executionId: string): RuntimeRequest {
    const { keys, hosts, clock } = this.#parts;
    const all = {
      ...headers,
      'x-appwrite-key': keys.forExecution(spec, executionId),
      'x-appwrite-trigger': trigger,
      'x-appwrite-continent-eu': 'false',
      'x-appwrite-execution-id': executionId,
    };
    const runtime = {
      'x-open-runtimes-timeout': String(spec.timeout),
      'x-open-runtimes-log-id': executionId,
      'x-open-runtimes-logging': spec.logging ? 'enabled' : 'disabled',
      'x-open-runtimes-clock': String(clock.offset()),
    };
    const host = `${containerName(spec.id)}:3000`;
    const envelope = { host, secret: hosts.secret, bodySize: body.length, runtime };
    return {
      method,
      path: path.startsWith('/') ? path : `/${path}`,
      body,
      executionId,
      headers: executorHeaders(all, envelope),
    };
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

/** The log lines of an execution: the function's output and, for events and schedules, a line with the result. */
function describeExecution(execution: Execution): string[] {
  const { functionId, trigger, status, responseStatusCode, duration, logs, errors } = execution;
  const said = `${logs}\n${errors}`.split('\n').filter((line) => line.trim() !== '');
  const lines = said.map((line) => `[${functionId}] ${line}`);
  if (trigger === 'http') return lines;
  const milliseconds = (duration * 1000).toFixed(1);
  return [...lines, `${responseStatusCode}  ${trigger.padEnd(6)}  ${functionId}  ${milliseconds} ms  ${status}`];
}
