import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { isFields } from '../http/call.ts';
import { COMPILE_CACHE } from '../runtime/compile-cache.ts';

export type RuntimeRequest = {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
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
  print: (line: string) => void;
};

const program = fileURLToPath(new URL('../runtime/server.ts', import.meta.url));

/** One function's process: started when first needed, started again when it has died. */
export class FunctionHost {
  readonly #options: HostOptions;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #logs = new Map<string, { logs: string; errors: string }>();
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
    const child = this.#child;
    const response = await this.#send(port, input, signal).catch(async (error) => {
      if (!signal.aborted) await ended(child);
      throw error;
    });
    const id = input.headers['x-open-runtimes-log-id'] ?? '';
    const { logs, errors } = await this.#collect(id);
    return { ...response, logs, errors };
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

  #start(): Promise<number> {
    const { node, folder, environment, print } = this.#options;
    const child = fork(program, [], {
      execPath: node,
      cwd: folder,
      env: { ...COMPILE_CACHE, ...environment },
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
        else this.#logs.set(String(message.id), { logs: String(message.logs), errors: String(message.errors) });
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

  /** The log comes by another way than the answer, and may be a moment later. */
  async #collect(id: string): Promise<{ logs: string; errors: string }> {
    for (let attempt = 0; attempt < 50 && !this.#logs.has(id); attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const found = this.#logs.get(id) ?? { logs: '', errors: '' };
    this.#logs.delete(id);
    return found;
  }
}

/** The connection to a process that ends may break before its end is told; waits for that a short while. */
async function ended(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 50))]);
}

/** Containers have names like this one; the executions API shows it as the host. */
export function containerName(functionId: string): string {
  return createHash('md5').update(functionId).digest('hex');
}
