import { inspect } from 'node:util';

type Method = 'log' | 'info' | 'debug' | 'warn' | 'error';
const methods: Method[] = ['log', 'info', 'debug', 'warn', 'error'];
const native = { ...console };
const active: Logger[] = [];
const longest = 8000;
const nativeWarning = 'Native logs detected. Use context.log() or context.error() for better experience.';

/** Collects the log of one execution and sends it to the parent. */
export class Logger {
  readonly #id: string;
  readonly #enabled: boolean;
  #toldOfNative = false;
  #logs = '';
  #errors = '';

  constructor(id: string | string[] | undefined, logging: string | string[] | undefined) {
    this.#id = String(id ?? '');
    this.#enabled = logging !== 'disabled';
  }

  log(...messages: unknown[]): void {
    if (this.#enabled) this.#logs += line(messages);
  }

  error(...messages: unknown[]): void {
    if (this.#enabled) this.#errors += line(messages);
  }

  /** Logs what was written to the console. The first such line follows a warning, as in the real runtime. */
  native(method: Method, messages: unknown[]): void {
    const write = (...parts: unknown[]) =>
      method === 'error' || method === 'warn' ? this.error(...parts) : this.log(...parts);
    if (!this.#toldOfNative) write(nativeWarning);
    this.#toldOfNative = true;
    write(...messages);
  }

  /** The console belongs to the whole process: of several executions the newest gets its output. */
  captureConsole(): void {
    active.push(this);
    for (const name of methods) {
      console[name] = (...messages: unknown[]) => {
        active.at(-1)?.native(name, messages);
      };
    }
  }

  releaseConsole(): void {
    active.splice(active.indexOf(this), 1);
    if (active.length > 0) return;
    for (const name of methods) console[name] = native[name];
  }

  deliver(): void {
    if (this.#id !== '') process.send?.({ id: this.#id, logs: this.#logs, errors: this.#errors });
  }
}

function line(messages: unknown[]): string {
  const text = messages.map(format).join(' ');
  return `${text.length > longest ? `${text.slice(0, longest)}... Log truncated due to size limit (8000 characters)` : text}\n`;
}

function format(message: unknown): string {
  if (message instanceof Error) return message.stack ?? message.message;
  if (typeof message !== 'object' || message === null) return String(message);
  try {
    return JSON.stringify(message);
  } catch {
    return inspect(message);
  }
}
