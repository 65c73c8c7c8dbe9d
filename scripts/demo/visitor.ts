import * as z from 'zod/mini';
import { LoginReply } from '#shared/contract/responses.ts';
import { MINUTE } from '#shared/domain/clock.ts';
import type { DemoPerson } from './people.ts';

/** Uses the HTTP API like any client, and logs in again a minute before the token ends. */
export class Visitor {
  readonly #person: DemoPerson;
  readonly #url: string;
  readonly #now: () => number;
  #token = '';
  #tokenEndsAt = Number.NEGATIVE_INFINITY;

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
    if (this.#now() < this.#tokenEndsAt - MINUTE) return;
    this.#token = '';
    const { username, password } = this.#person;
    const answer = await this.#request('POST', '/login', JSON.stringify({ username, password }));
    const { TOKEN, expiresAt } = z.parse(LoginReply, answer);
    this.#token = TOKEN;
    this.#tokenEndsAt = Date.parse(expiresAt);
  }

  async #request(method: string, path: string, body: FormData | string): Promise<{ id?: string }> {
    const credentials = this.#token === '' ? {} : { TOKEN: this.#token, USERNAME: this.#person.username };
    const type = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
    const answer = await fetch(this.#url + path, { method, body, headers: { ...credentials, ...type } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The demo data could not be made: ${method} ${path} answered ${text}`);
    return text === '' ? {} : JSON.parse(text);
  }
}
