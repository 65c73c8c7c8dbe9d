import { HOUR } from '#shared/domain/clock.ts';
import type { DemoPerson } from './people.ts';

const RELOGIN_AFTER_MS = 10 * HOUR;

/** Uses the HTTP API like any client, and logs in again when the token is 10 hours old. */
export class Visitor {
  readonly #person: DemoPerson;
  readonly #url: string;
  readonly #now: () => number;
  #token = '';
  #loggedInAt = Number.NEGATIVE_INFINITY;

  constructor(person: DemoPerson, url: string, now: () => number) {
    this.#person = person;
    this.#url = url;
    this.#now = now;
  }

  async register(): Promise<void> {
    const { username, password, name } = this.#person;
    await this.#request('POST', '/user', JSON.stringify({ username, password, name }));
  }

  async send(method: string, path: string, body: FormData | Record<string, unknown>): Promise<{ id?: string }> {
    await this.#logIn();
    return this.#request(method, path, body instanceof FormData ? body : JSON.stringify(body));
  }

  async #logIn(): Promise<void> {
    if (this.#now() - this.#loggedInAt < RELOGIN_AFTER_MS) return;
    this.#token = '';
    const { username, password } = this.#person;
    const { TOKEN = '' } = await this.#request('POST', '/login', JSON.stringify({ username, password }));
    this.#token = TOKEN;
    this.#loggedInAt = this.#now();
  }

  async #request(method: string, path: string, body: FormData | string): Promise<{ id?: string; TOKEN?: string }> {
    const credentials = this.#token === '' ? {} : { TOKEN: this.#token, USERNAME: this.#person.username };
    const type = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
    const answer = await fetch(this.#url + path, { method, body, headers: { ...credentials, ...type } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The demo data could not be made: ${method} ${path} answered ${text}`);
    return text === '' ? {} : JSON.parse(text);
  }
}
