import { Client, Messaging, Users } from 'node-appwrite';
import * as z from 'zod/mini';
import { findRecipient } from '#shared/appwrite/accounts.ts';
import type { StoredDelivery } from '#shared/appwrite/deliveries.ts';
import type { Language, Notify } from '#shared/domain/account.ts';
import { MINUTE } from '#shared/domain/clock.ts';
import type { Service } from './harness.ts';

const Inbox = z.object({
  messages: z.array(z.object({ to: z.string(), subject: z.string(), text: z.string(), at: z.string() })),
});
export type ReceivedMail = z.infer<typeof Inbox>['messages'][number];

/** The latest mails of the local inbox, newest first, to everybody or to one address. */
export async function inboxOf({ local }: Service, to?: string, limit = 100): Promise<ReceivedMail[]> {
  const answer = await fetch(`${local.url}/_local/inbox?limit=${limit}`);
  const { messages } = z.parse(Inbox, await answer.json());
  return messages.filter((mail) => to === undefined || mail.to === to);
}

/** Advances so many minutes, `atOnce` at a time; `notifications` runs once after each step. */
export async function advanceMinutes({ local }: Service, minutes: number, atOnce = 1): Promise<void> {
  for (let n = 0; n < minutes; n += atOnce) {
    local.clock.advance(atOnce * MINUTE);
    await local.settle();
  }
}

type AddressFields = {
  email?: string | null;
  emailConfirmed?: boolean;
  emailPending?: string;
  language?: Language;
  notify?: Notify;
};

/** Gives an account a confirmed address; resolves to the account's id. */
export async function giveAddress(
  { connection: { store } }: Service,
  username: string,
  fields: AddressFields = {},
): Promise<string> {
  const row = await findRecipient(store, username);
  const address = { email: `${username}@example.org`, emailConfirmed: true, ...fields };
  if (!row || !(await store.recipients.replace(row, address))) throw new Error('no such account');
  return row.$id;
}

/** The deliveries of a complaint or an account. */
export async function deliveriesOf({ connection: { store } }: Service, subject: string): Promise<StoredDelivery[]> {
  const { rows } = await store.deliveries.list([]);
  return rows.filter(({ complaintId, accountId }) => subject === complaintId || subject === accountId);
}

/** Appwrite's users and messages, with an admin key. */
export function mailAdmin({ local }: Service) {
  const client = new Client().setEndpoint(local.endpoint).setProject(local.projectId).setKey(local.apiKey);
  const [users, messaging] = [new Users(client), new Messaging(client)];
  return {
    messaging,
    usersOf: async (email: string) => (await users.list()).users.filter((user) => user.email === email),
    messages: async () => (await messaging.listMessages()).messages,
  };
}
