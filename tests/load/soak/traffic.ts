import { randomUUID } from 'node:crypto';
import { PASSWORD, type SoakService } from './service.ts';

/** What clients were told, to compare with what is stored in the end. */
export type Ledger = {
  statuses: Map<string, number>;
  unexpected: string[];
  /** Notes that were answered with success. `doubtful` ones were not, but may be stored all the same. */
  notes: { complaintId: string; note: string }[];
  doubtful: Set<string>;
  existing: string[];
  deleted: string[];
};

type SentRequest = { method: string; path: string; headers?: Record<string, string>; json?: unknown; form?: FormData };
type Reply = { status: number; body: Record<string, unknown> };

const RETRYABLE = new Set([409, 429, 503]);

/** The requests of the mix: 80 % read, 15 % change, 4 % file with a photo, 1 % log in. */
export class Traffic {
  readonly ledger: Ledger = {
    statuses: new Map(),
    unexpected: [],
    notes: [],
    doubtful: new Set(),
    existing: [],
    deleted: [],
  };
  readonly #service: SoakService;
  readonly #photo: Blob;

  constructor(service: SoakService, photo: Uint8Array<ArrayBuffer>) {
    this.#service = service;
    this.#photo = new Blob([photo], { type: 'image/jpeg' });
  }

  async next(): Promise<void> {
    const kind = Math.random();
    if (kind < 0.8) await this.#read();
    else if (kind < 0.93) await this.#note();
    else if (kind < 0.95) await this.#remove();
    else if (kind < 0.99) await this.file(true);
    else await this.#send('login', { method: 'POST', path: '/login', json: { username: 'ada', password: PASSWORD } });
  }

  async file(withPhoto: boolean): Promise<void> {
    const form = new FormData();
    form.set('title', 'A broken lamp');
    form.set('description', 'It has been dark for a week.');
    if (withPhoto) form.set('image1', this.#photo, 'lamp.jpg');
    const headers = { ...this.#service.user, 'idempotency-key': randomUUID() };
    const { status, body } = await this.#send('file', { method: 'POST', path: '/complain', headers, form });
    if (status < 300) this.ledger.existing.push(String(body.id));
  }

  async #read(): Promise<void> {
    const kind = Math.random();
    if (kind < 0.6) await this.#send('list', { method: 'GET', path: '/complain' });
    else if (kind < 0.8) await this.#send('profile', { method: 'GET', path: '/user', headers: this.#service.user });
    else await this.#send('categories', { method: 'GET', path: '/complain/categories' });
  }

  async #note(): Promise<void> {
    const { existing, notes, doubtful } = this.ledger;
    const complaintId = existing[Math.floor(Math.random() * existing.length)] ?? '';
    const note = `note ${randomUUID()}`;
    const sent = { method: 'PUT', path: '/complain', headers: this.#service.staff, json: { id: complaintId, note } };
    const { status } = await this.#send('change', sent);
    if (status < 300) notes.push({ complaintId, note });
    else doubtful.add(note);
  }

  async #remove(): Promise<void> {
    const { existing, deleted } = this.ledger;
    if (existing.length <= 5) return this.#note();
    const [id = ''] = existing.splice(Math.floor(Math.random() * existing.length), 1);
    const sent = { method: 'POST', path: '/complain/delete', headers: this.#service.user, json: { id } };
    const { status } = await this.#send('delete', sent);
    if (status < 300) deleted.push(id);
  }

  async #send(what: string, { method, path, headers, json, form }: SentRequest): Promise<Reply> {
    const { statuses, unexpected } = this.ledger;
    const type: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' };
    const body = form ?? (json === undefined ? null : JSON.stringify(json));
    const url = `${this.#service.local.url}${path}`;
    const answer = await fetch(url, { method, headers: { ...headers, ...type }, body }).catch((error: Error) => error);
    if (answer instanceof Error) {
      unexpected.push(`${what}: no answer, ${answer.message} ${answer.cause}`);
      return { status: 599, body: {} };
    }
    const reply = { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    const key = `${what} ${answer.status}`;
    statuses.set(key, (statuses.get(key) ?? 0) + 1);
    const fine = answer.ok || (RETRYABLE.has(answer.status) && answer.headers.has('retry-after'));
    if (!fine) unexpected.push(`${key}: ${JSON.stringify(reply.body).slice(0, 300)}`);
    return reply;
  }
}
