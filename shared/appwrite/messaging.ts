import { Messaging, Query, Users } from 'node-appwrite';
import { derivedId } from '#shared/domain/ids.ts';
import type { Mail, Mailer, MailResult } from '#shared/mail/mail.ts';
import { MailRefused } from '#shared/mail/mail.ts';
import { appwriteType } from './failures.ts';
import type { Gateway } from './gateway.ts';

/**
 * The id of the Appwrite user that receives the mails of an address and has no other data. Derived from the address in
 * lower case, as Appwrite stores it (corpus users-006, users-049).
 */
const userIdOf = (address: string) => derivedId('m', 'mailed address', address.toLowerCase());

const PAGE = 100;

/** Rejects a 2xx answer that Appwrite would not give, such as one from a proxy that did nothing. */
function expectAnswer(isRight: boolean): void {
  if (!isRight) throw new Error('an answer that is not of Messaging');
}

/** Expects a 204, which the SDK turns into an empty `message`. */
function expectNothing(answer: unknown): void {
  expectAnswer((answer as { message?: unknown } | undefined)?.message === '');
}

/**
 * Mails through Appwrite Messaging, one recipient each. createEmail answers `processing` (corpus messaging-029), and
 * refuses a message id that it already has with 409 `message_already_exists` (messaging-032), which counts as accepted.
 */
export class MessagingMailer implements Mailer {
  readonly #users: Users;
  readonly #messaging: Messaging;

  constructor({ client }: Gateway) {
    this.#users = new Users(client);
    this.#messaging = new Messaging(client);
  }

  async send({ id, to, subject, html }: Mail): Promise<'accepted'> {
    const userId = await this.#findOrCreateUser(to);
    try {
      const mail = { messageId: id, subject, content: html, html: true, users: [userId] };
      expectAnswer((await this.#messaging.createEmail(mail)).$id === id);
    } catch (error) {
      if (appwriteType(error) !== 'message_already_exists') throw error;
    }
    return 'accepted';
  }

  async resultOf(messageId: string): Promise<MailResult> {
    try {
      const { $id, status, deliveryErrors } = await this.#messaging.getMessage({ messageId });
      expectAnswer($id === messageId);
      if (String(status) === 'sent') return { status: 'sent' };
      if (String(status) !== 'failed') return { status: 'processing' };
      return { status: 'failed', reason: deliveryErrors?.[0] ?? 'Messaging gives no reason.' };
    } catch (error) {
      if (appwriteType(error) === 'message_not_found') return { status: 'missing' };
      throw error;
    }
  }

  /**
   * False for a message that is being sent: Appwrite refuses it with 400 `message_already_scheduled` (corpus
   * messaging-103).
   */
  async removeMail(messageId: string): Promise<boolean> {
    try {
      expectNothing(await this.#messaging.delete({ messageId }));
      return true;
    } catch (error) {
      const type = appwriteType(error);
      if (type === 'message_not_found') return true;
      if (type === 'message_already_scheduled') return false;
      throw error;
    }
  }

  /** Deleting a user removes its targets (corpus users-078 to users-084). */
  async removeAddress(address: string): Promise<void> {
    try {
      expectNothing(await this.#users.delete({ userId: userIdOf(address) }));
    } catch (error) {
      if (appwriteType(error) !== 'user_not_found') throw error;
    }
  }

  /** A page of users by id (corpus users-029, users-038), without those that others have created. */
  async listStoredAddresses(after: string) {
    const { users } = await this.#users.list({
      queries: [
        Query.startsWith('$id', 'm'),
        ...(after === '' ? [] : [Query.greaterThan('$id', after)]),
        Query.orderAsc('$id'),
        Query.limit(PAGE),
      ],
    });
    expectAnswer(Array.isArray(users));
    const mine = users.filter(({ $id, email }) => $id === userIdOf(email));
    return {
      addresses: mine.map(({ email }) => email.toLowerCase()),
      next: users.length < PAGE ? '' : (users.at(-1)?.$id ?? ''),
    };
  }

  /** Finds or creates the user of an address and returns its id. Others may have created the user it finds. */
  async #findOrCreateUser(address: string): Promise<string> {
    const known = await this.#findUser(address);
    if (known) return known;
    try {
      const userId = userIdOf(address);
      expectAnswer((await this.#users.create({ userId, email: address })).$id === userId);
      return userId;
    } catch (error) {
      const type = appwriteType(error);
      if (type === 'general_argument_invalid') throw new MailRefused('Appwrite takes no such address.');
      if (type !== 'user_already_exists') throw error;
      const other = await this.#findUser(address);
      if (other) return other;
      throw error;
    }
  }

  /** Equality ignores case (corpus users-031). */
  async #findUser(address: string): Promise<string | undefined> {
    const { users } = await this.#users.list({
      queries: [Query.equal('email', address.toLowerCase()), Query.limit(1)],
    });
    expectAnswer(Array.isArray(users));
    return users[0]?.$id;
  }
}
