import type { Example } from '#shared/contract/docs.ts';
import { COMPLAINT_ID, DRAFT, EXAMPLE_PASSWORD, PEOPLE, type Person, REFERENCE } from '#shared/contract/examples.ts';
import { Complaint, Profile } from '#shared/contract/responses.ts';
import { PASSWORD } from '../../support/enrol.ts';
import type { Person as LoggedIn, Service } from '../../support/harness.ts';
import { makePicture } from '../../support/pictures.ts';
import type { Answer, Sending } from '../../support/send.ts';

const NAMES: Readonly<Record<string, string>> = {
  ada: 'Ada Lovelace',
  grace: 'Grace Hopper',
  kim: 'Kim Example',
};

/** The people of the examples, on a given service; each is registered on first use. */
export class Cast {
  readonly #service: Service;
  readonly #people = new Map<Person, Promise<LoggedIn>>();

  constructor(service: Service) {
    this.#service = service;
  }

  person(name: Person): Promise<LoggedIn> {
    const known = this.#people.get(name) ?? this.#enter(name);
    this.#people.set(name, known);
    return known;
  }

  async #enter(username: Person): Promise<LoggedIn> {
    const person = await this.#service.person(PEOPLE[username], username);
    const name = NAMES[username];
    if (name !== undefined) (await person.send('PUT', '/user', { json: { name } })).as(Profile);
    return person;
  }

  async #filed({ by = 'ada', status }: NonNullable<Example['given']>): Promise<{ id: string; reference: string }> {
    const reporter = await this.person(by);
    const { id, reference } = (await reporter.send('POST', '/complain', { json: DRAFT })).as(Complaint, 201);
    const staff = await this.person('grace');
    const steps = status === undefined ? [] : status === 'resolved' ? ['acknowledged', status] : [status];
    for (const step of steps) (await staff.send('PUT', '/complain', { json: { id, status: step } })).as(Complaint);
    return { id, reference: reference ?? '' };
  }

  /** Sends the request of an example. */
  async play(route: { method: string; path: string }, example: Example): Promise<Answer> {
    const filed = example.given ? await this.#filed(example.given) : { id: COMPLAINT_ID, reference: REFERENCE };
    const {
      query,
      json,
      form,
      headers = {},
    } = JSON.parse(
      JSON.stringify(example)
        .replaceAll(COMPLAINT_ID, filed.id)
        .replaceAll(REFERENCE, filed.reference)
        .replaceAll(EXAMPLE_PASSWORD, PASSWORD),
    ) as Example;
    for (const name of example.needs ?? []) await this.person(name);
    const search = query ? `?${new URLSearchParams(query)}` : '';
    const sending: Sending = { headers: { ...headers }, ...(json === undefined ? {} : { json }) };
    if (form) sending.form = await filled(form);
    const sender = example.as ? await this.person(example.as) : this.#service;
    if (example.twice) await sender.send(route.method, `${route.path}${search}`, sending);
    return sender.send(route.method, `${route.path}${search}`, sending);
  }
}

async function filled(fields: Readonly<Record<string, string>>): Promise<FormData> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith('image')) form.set(name, new Blob([new Uint8Array(await makePicture('jpeg'))]), value);
    else form.set(name, value);
  }
  return form;
}
