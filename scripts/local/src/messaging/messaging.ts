import { connect } from 'node:net';
import { formatDate, type MovableClock } from '../clock.ts';
import type { Database } from '../database.ts';
import type { Faults } from '../faults/faults.ts';
import { uniqueId } from '../ids.ts';
import type { RowStore } from '../rows/store.ts';
import type { Row } from '../rows/types.ts';
import type { RowWriter } from '../rows/writer.ts';
import { SystemTable } from './system-table.ts';

type Parts = {
  database: Database;
  rows: RowStore;
  writer: RowWriter;
  clock: MovableClock;
  faults: Faults;
  /** Milliseconds before a message that is `processing` is delivered. */
  pace: number;
};

/** A delivered mail. An HTML mail also has its text, as mail programs without HTML would show it. */
export type Mail = { to: string; subject: string; text: string; html?: string; at: string };

/** The fields of createEmail that describe the mail itself. */
export type MailData = {
  subject: string;
  content: string;
  html: boolean;
  cc: string[];
  bcc: string[];
  attachments: string[];
};

/** A provider with this host accepts every mail, without an SMTP server. */
export const inboxHost = 'inbox.localhost';
const connectingMs = 2000;
const scheduleMs = 1000;

/** Users, their targets, and messages to them. E-mails are delivered into an inbox on this machine. */
export class Messaging {
  readonly users: SystemTable;
  readonly targets: SystemTable;
  readonly providers: SystemTable;
  readonly topics: SystemTable;
  readonly subscribers: SystemTable;
  readonly messages: SystemTable;
  readonly inbox: SystemTable;
  readonly #parts: Parts;
  readonly #waiting = new Set<NodeJS.Timeout>();
  #delivering = 0;
  #schedule: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.users = new SystemTable(parts, {
      name: 'users',
      label: 'User',
      duplicateError: 'user_already_exists',
      columns: {
        ...{
          name: 'text',
          email: 'text',
          phone: 'text',
          password: 'text',
          passwordUpdate: 'date',
          registration: 'date',
        },
        ...{ status: 'boolean', emailVerification: 'boolean', phoneVerification: 'boolean', mfa: 'boolean' },
        ...{ labels: 'text[]', prefs: 'json', search: 'text' },
      },
      listed: [
        ...['name', 'email', 'phone', 'status', 'passwordUpdate', 'registration', 'emailVerification'],
        ...['phoneVerification', 'labels'],
      ],
    });
    this.targets = new SystemTable(parts, {
      name: 'targets',
      label: 'Target',
      duplicateError: 'user_target_already_exists',
      columns: { userId: 'text', providerId: 'text', providerType: 'text', identifier: 'text', name: 'text' },
      listed: ['userId', 'providerId', 'providerType', 'identifier'],
    });
    this.providers = new SystemTable(parts, {
      name: 'providers',
      label: 'Provider',
      duplicateError: 'provider_already_exists',
      columns: {
        name: 'text',
        provider: 'text',
        type: 'text',
        enabled: 'boolean',
        credentials: 'json',
        options: 'json',
        search: 'text',
      },
      listed: ['name', 'provider', 'type', 'enabled'],
    });
    this.topics = new SystemTable(parts, {
      name: 'topics',
      label: 'Topic',
      duplicateError: 'topic_already_exists',
      columns: { name: 'text', subscribe: 'text[]', search: 'text' },
      listed: ['name'],
    });
    this.subscribers = new SystemTable(parts, {
      name: 'subscribers',
      label: 'Subscriber',
      duplicateError: 'subscriber_already_exists',
      columns: { topicId: 'text', targetId: 'text', userId: 'text', providerType: 'text', search: 'text' },
      listed: ['topicId', 'targetId', 'userId', 'providerType'],
    });
    this.messages = new SystemTable(parts, {
      name: 'messages',
      label: 'Message',
      duplicateError: 'message_already_exists',
      columns: {
        ...{ providerType: 'text', status: 'text', topics: 'text[]', users: 'text[]', targets: 'text[]', data: 'json' },
        ...{
          scheduledAt: 'date',
          deliveredAt: 'date',
          deliveryErrors: 'text[]',
          deliveredTotal: 'integer',
          search: 'text',
        },
      },
      listed: ['scheduledAt', 'deliveredAt', 'deliveredTotal', 'status', 'description', 'providerType'],
    });
    this.inbox = new SystemTable(parts, {
      name: 'inbox',
      label: 'Mail',
      duplicateError: 'general_server_error',
      columns: { to: 'text', subject: 'text', text: 'text', html: 'boolean' },
      listed: [],
    });
  }

  /** Removes everything but the providers. */
  clear(): void {
    const { users, targets, topics, subscribers, messages, inbox } = this;
    for (const table of [users, targets, topics, subscribers, messages, inbox]) table.clear();
  }

  /** Whether no message is being delivered; scheduled ones count only once they are due. */
  get idle(): boolean {
    return this.#waiting.size === 0 && this.#delivering === 0;
  }

  /** Creates a provider that delivers into the inbox, unless there is a provider already. */
  useInbox(): void {
    if (this.providers.all().length > 0) return;
    this.providers.create('inbox', {
      ...{ name: 'Inbox of this machine', provider: 'smtp', type: 'email', enabled: true, search: 'inbox' },
      credentials: JSON.stringify({ port: 587, username: '', password: '', host: inboxHost }),
      options: JSON.stringify({
        ...{ fromName: '', fromEmail: `local@${inboxHost}`, replyToName: '', replyToEmail: '' },
        ...{ encryption: '', autoTLS: false, mailer: '' },
      }),
    });
  }

  /** Resumes what an earlier process had begun, and checks for scheduled messages once a second. */
  start(): void {
    for (const { $id } of this.messages.all({ status: 'processing' })) this.deliver($id);
    this.#schedule = setInterval(() => this.tick(), scheduleMs);
    this.#schedule.unref();
  }

  close(): void {
    clearInterval(this.#schedule);
    for (const timer of this.#waiting) clearTimeout(timer);
    this.#waiting.clear();
  }

  /** Sends the scheduled messages that are due. */
  tick(): void {
    const now = this.#parts.clock.now();
    for (const { $id, scheduledAt } of this.messages.all({ status: 'scheduled' })) {
      if (Date.parse(String(scheduledAt)) > now) continue;
      this.messages.update($id, { status: 'processing' });
      this.deliver($id);
    }
  }

  /** Delivers a message after `pace` milliseconds, when its call has been answered. */
  deliver(id: string): void {
    if (this.#parts.faults.takeMessageFault()) return;
    const timer = setTimeout(() => {
      this.#waiting.delete(timer);
      this.#delivering += 1;
      void this.#send(id)
        .catch((error) => this.#fail(id, String(error)))
        .finally(() => {
          this.#delivering -= 1;
        });
    }, this.#parts.pace);
    this.#waiting.add(timer);
  }

  /** Delivers a message to all recipients. It fails if it has none or if no server accepts it. */
  async #send(id: string): Promise<void> {
    const message = this.messages.find(id);
    if (!message) return;
    const recipients = this.#recipients(message);
    const error = recipients.length === 0 ? 'No valid recipients found.' : await this.#deliveryError();
    if (!this.messages.find(id)) return;
    if (error !== '') {
      this.#fail(id, error);
      return;
    }
    this.#storeInInbox(recipients, JSON.parse(String(message.data)));
    const delivered = { deliveredTotal: recipients.length, deliveredAt: formatDate(this.#parts.clock.now()) };
    this.messages.update(id, { status: 'sent', ...delivered });
  }

  #fail(id: string, reason: string): void {
    if (this.messages.find(id)) this.messages.update(id, { status: 'failed', deliveryErrors: [reason] });
  }

  /**
   * E-mail targets of topics, of users, and those named directly. Repeated ids count once, but a target that is found
   * in several ways gets several mails.
   */
  #recipients({ topics, users, targets }: Row): Row[] {
    const email = (target: Row | undefined): Row[] => (target?.providerType === 'email' ? [target] : []);
    return [
      ...distinct(topics).flatMap((topicId) =>
        this.subscribers.all({ topicId }).flatMap(({ targetId }) => email(this.targets.find(String(targetId)))),
      ),
      ...distinct(users).flatMap((userId) => this.targets.all({ userId, providerType: 'email' })),
      ...distinct(targets).flatMap((targetId) => email(this.targets.find(targetId))),
    ];
  }

  /** Why no mail can be sent, or ''. */
  async #deliveryError(): Promise<string> {
    const [provider] = this.providers.all({ type: 'email', enabled: true });
    if (!provider) return 'No enabled provider found for type email.';
    const { host, port } = JSON.parse(String(provider.credentials));
    for (const one of String(host).split(';')) {
      const [name = '', ownPort = String(port)] = one.split(':');
      if (name === inboxHost || (await accepts(name, Number(ownPort)))) return '';
    }
    return 'SMTP Error: Could not connect to SMTP host.';
  }

  #storeInInbox(recipients: Row[], { subject, content, html, cc, bcc }: MailData): void {
    const copies = [...cc, ...bcc].map((targetId) => this.targets.find(targetId));
    for (const target of [...recipients, ...copies]) {
      if (!target) continue;
      const mail = { to: String(target.identifier), subject, text: content, html };
      this.inbox.create(uniqueId(this.#parts.clock.now()), mail);
    }
  }

  /** The newest mails, newest first. */
  mails(limit: number): Mail[] {
    const all = this.inbox.all().slice(-limit).reverse();
    return all.map(({ to, subject, text: content, html, $createdAt: at }) => {
      const mail = { to: String(to), subject: String(subject), text: String(content), at };
      return html ? { ...mail, text: textOf(mail.text), html: mail.text } : mail;
    });
  }
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };

/** The text of HTML, without tags, styles, scripts and title. */
function textOf(html: string): string {
  const bare = html.replace(/<(style|script|title)\b[^>]*>.*?<\/\1>/gis, '').replace(/<[^>]*>/g, '');
  return bare
    .replace(/&(#39|\w+);/g, (whole, name) => entities[name] ?? whole)
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function distinct(value: unknown): string[] {
  return Array.isArray(value) ? [...new Set(value.map(String))] : [];
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: connectingMs });
    const end = (accepted: boolean) => () => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}
