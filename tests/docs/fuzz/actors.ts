import { setTimeout } from 'node:timers/promises';
import { Complaint } from '#shared/contract/responses.ts';
import { type Person, type Service, uniqueName } from '../../support/harness.ts';
import type { Choices } from './choices.ts';

/** Who sends the requests: nobody, one of each role, and people with the wrong token or name. */
export class Actors {
  readonly #service: Service;
  readonly #people: Person[] = [];
  #filer: Person | undefined;
  readonly names: [string, ...string[]] = ['nobody.known'];

  constructor(service: Service) {
    this.#service = service;
  }

  async enter(): Promise<void> {
    this.#filer = await this.#service.person();
    for (const role of ['user', 'user', 'staff', 'admin'] as const) this.#people.push(await this.#service.person(role));
    // Whoever is named in a request may lose name, role and account by it; the senders stay.
    for (const name of ['Victor', 'vera', 'valentin'].map(uniqueName)) {
      await this.#service.person('user', name.toLowerCase());
      this.names.push(name);
    }
  }

  /** Files some complaints, as somebody whose token no generated request can end. */
  async file(count: number): Promise<string[]> {
    return Promise.all(Array.from({ length: count }, () => this.#fileOne()));
  }

  /** Tries again on a 503, which a busy machine may answer as long as it says when to try again. */
  async #fileOne(tries = 5): Promise<string> {
    const json = { title: 'Pothole in Mill Lane', description: 'Deep enough to lose a wheel in.' };
    const answer = await this.#filer?.send('POST', '/complain', { json });
    if (answer?.status === 503 && tries > 1) {
      await setTimeout(Number(answer.headers['retry-after']) * 1_000);
      return this.#fileOne(tries - 1);
    }
    return answer?.as(Complaint, 201).id ?? '';
  }

  /** The headers of somebody. */
  headers(chance: Choices): Record<string, string> {
    const { token, username } = this.#people[chance.below(this.#people.length)] ?? { token: '', username: '' };
    const wrong = chance.of<Record<string, string>>([
      {},
      { TOKEN: 'a.b.c' },
      { TOKEN: '' },
      { TOKEN: `${token}x` },
      { TOKEN: token },
    ]);
    return chance.oneIn(8)
      ? { ...wrong, USERNAME: chance.of(['nobody', username]) }
      : { TOKEN: token, USERNAME: username };
  }

  /** A token that was good and is no more: its owner logged out, or was logged out. */
  async renew(headers: Record<string, string>): Promise<void> {
    const index = this.#people.findIndex(({ token }) => token === headers.TOKEN);
    const person = this.#people[index];
    if (person) this.#people[index] = await this.#service.login(person.username);
  }
}
