import * as z from 'zod/mini';
import type { Service } from './harness.ts';

const Inbox = z.object({
  messages: z.array(z.object({ to: z.string(), subject: z.string(), text: z.string(), at: z.string() })),
});
export type ReceivedMail = z.infer<typeof Inbox>['messages'][number];

/** The mails of the local inbox, the newest first. */
export async function inboxOf({ local }: Service): Promise<ReceivedMail[]> {
  const answer = await fetch(`${local.url}/_local/inbox`);
  return z.parse(Inbox, await answer.json()).messages;
}

const MINUTE = 60_000;

/** Lets so many minutes pass, each with its run of `notifications`. */
export async function letMinutesPass({ local }: Service, minutes: number): Promise<void> {
  for (let n = 0; n < minutes; n += 1) {
    local.clock.advance(MINUTE);
    await local.settle();
  }
}

/** Gives an account an address that counts as confirmed. */
export async function giveAddress(
  { connection: { store } }: Service,
  username: string,
  more: { email?: string; language?: 'en' | 'de'; notify?: 'all' | 'important' | 'none' } = {},
): Promise<string> {
  const email = more.email ?? `${username}@example.org`;
  const { rows } = await store.recipients.list([]);
  const row = rows.find((one) => one.username === username);
  if (!row || !(await store.recipients.replace(row, { email, emailConfirmed: true, ...more }))) {
    throw new Error('no such account');
  }
  return row.$id;
}
