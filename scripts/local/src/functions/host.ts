import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isFields } from '../http/call.ts';
import { COMPILE_CACHE, COMPILE_CACHE_OF_FUNCTIONS } from '../runtime/compile-cache.ts';

export type RuntimeRequest = {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  executionId: string;
};

export type RuntimeResponse = {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  logs: string;
  errors: string;
};

export type HostOptions = {
  node: string;
  folder: string;
  environment: Record<string, string>;
  /** Whether a process reuses the function's code that earlier processes have compiled. */
  reuseCompiled: boolean;
  print: (line: string) => void;
};

type Log = { logs: string; errors: string };

/** Milliseconds to wait for the log after the response: the log comes by IPC, the response by HTTP. */
const logWaitMilliseconds = 2000;

const program = fileURLToPath(new URL('../runtime/server.ts', import.meta.url));

/** The process of one function: started by the first request, and by the next one after it has died. */
export class FunctionHost {
  readonly #options: HostOptions;
  readonly #agent = new Agent({ keepAlive: true });
  /** Receives the log of each pending request, by execution id. */
  readonly #logs = new Map<string, (log: Log) => void>();
  #child: ChildProcess | undefined;
  #port: Promise<number> | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async call(input: RuntimeRequest, signal: AbortSignal): Promise<RuntimeResponse> {
    this.#port ??= this.#start();
    const port = await this.#port;
    const log = new Promise<Log>((resolve) => this.#logs.set(input.executionId, resolve));
    try {
      const response = await this.#send(port, input, signal);
      const none = { logs: '', errors: '' };
      return { ...response, ...(await Promise.race([log, setTimeout(logWaitMilliseconds, none, { ref: false })])) };
    } catch (error) {
      if (!signal.aborted) await this.#waitForExit();
      throw error;
    } finally {
      this.#logs.delete(input.executionId);
    }
  }

  /** Kills the process and waits until it has exited. */
  async end(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    this.kill();
    await gone;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#child?.kill(signal);
    this.#child = undefined;
    this.#port = undefined;
    this.#agent.destroy();
  }

  /**
   * A broken connection is the first sign of a dying process. Waits up to 500 ms for its exit, so that the next request
   * starts a new one.
   */
  async #waitForExit(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    await Promise.race([once(child, 'exit'), setTimeout(500, undefined, { ref: false })]);
  }

  #start(): Promise<number> {
    const { node, folder, environment, reuseCompiled, print } = this.#options;
    const child = fork(program, [], {
      execPath: node,
      cwd: folder,
      env: { ...(reuseCompiled ? COMPILE_CACHE_OF_FUNCTIONS : COMPILE_CACHE), ...environment },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    child.stdout?.on('data', (text) => print(String(text).trimEnd()));
    child.stderr?.on('data', (text) => print(String(text).trimEnd()));
    return new Promise((resolve, reject) => {
      child.on('message', (message) => {
        if (!isFields(message)) return;
        if (typeof message.port === 'number') resolve(message.port);
        else this.#logs.get(String(message.id))?.({ logs: String(message.logs), errors: String(message.errors) });
      });
      child.on('error', reject);
      child.on('exit', () => {
        if (this.#child === child) this.kill();
        reject(new Error('The function process ended.'));
      });
    });
  }

  #send(port: number, input: RuntimeRequest, signal: AbortSignal): Promise<Omit<RuntimeResponse, 'logs' | 'errors'>> {
    const { method, path, headers, body } = input;
    return new Promise((resolve, reject) => {
      const outgoing = request({
        host: '127.0.0.1',
        port,
        method,
        path,
        headers,
        agent: this.#agent,
        signal,
        setDefaultHeaders: false,
      });
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 500, headers: incoming.headers, body: Buffer.concat(chunks) }),
        );
      });
      outgoing.end(body);
    });
  }
}

/** A name as Appwrite gives to containers. Functions called through the executions API see it as their host. */
export function containerName(functionId: string): string {
  return createHash('md5').update(functionId).digest('hex');
}
