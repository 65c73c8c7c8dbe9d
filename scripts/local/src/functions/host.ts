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
  /** Whether a process starts with what earlier ones have compiled of the function's code. */
  reuseCompiled: boolean;
  print: (line: string) => void;
};

type Log = { logs: string; errors: string };

/** Milliseconds that a log may be later than the answer: it comes by another way. */
const logPatience = 2000;

const program = fileURLToPath(new URL('../runtime/server.ts', import.meta.url));

/** One function's process: started when first needed, started again when it has died. */
export class FunctionHost {
  readonly #options: HostOptions;
  readonly #agent = new Agent({ keepAlive: true });
  /** What takes the log of each request that is under way. */
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
      return { ...response, ...(await Promise.race([log, setTimeout(logPatience, none, { ref: false })])) };
    } catch (error) {
      if (!signal.aborted) await this.#ended();
      throw error;
    } finally {
      this.#logs.delete(input.executionId);
    }
  }

  /** As `kill`, and waits until the process is gone. */
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

  /** A broken connection is the first sign that the process ends. Waits for the end, so that the next request starts anew. */
  async #ended(): Promise<void> {
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

/** Containers have names like this one; the executions API shows it as the host. */
export function containerName(functionId: string): string {
  return createHash('md5').update(functionId).digest('hex');
}
