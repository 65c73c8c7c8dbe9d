import { setTimeout } from 'node:timers/promises';
import { Complaint } from '#shared/contract/responses.ts';
import { type Person, type Service, uniqueName } from '../../support/harness.ts';
import type { Choices } from './choices.ts';

/** The senders of requests: nobody, one of each role, and people with a wrong token or name. */
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
    // Generated requests may erase or demote these accounts; the senders are never named in a request.
    for (const name of ['Victor', 'vera', 'valentin'].map(uniqueName)) {
      await this.#service.person('user', name.toLowerCase());
      this.names.push(name);
    }
  }

  /** Files `count` complaints as a person whose token no generated request can end; resolves to their ids. */
  async file(count: number): Promise<string[]> {
    return Promise.all(Array.from({ length: count }, () => this.#fileOne()));
  }

  /** Tries again after a 503, which a busy machine may answer. */
  async #fileOne(tries = 5): Promise<string> {
    const json = { title: 'Pothole in Mill Lane', description: 'Deep enough to lose a wheel in.' };
    const answer = await this.#filer?.send('POST', '/complain', { json });
    if (answer?.status === 503 && tries > 1) {
      await setTimeout(Number(answer.headers['retry-after']) * 1_000);
      return this.#fileOne(tries - 1);
    }
    return answer?.as(Complaint, 201).id ?? '';
  }

  /** The headers of a random sender; sometimes with a wrong TOKEN or USERNAME. */
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

  /** Logs the owner of this token in again, after a request has ended it. */
  async renew(headers: Record<string, string>): Promise<void> {
    const index = this.#people.findIndex(({ token }) => token === headers.TOKEN);
    const person = this.#people[index];
    if (person) this.#people[index] = await this.#service.login(person.username);
  }
}
