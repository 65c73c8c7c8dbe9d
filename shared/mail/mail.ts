/** A finished mail. Handing over the same `id` again does not send it twice, where the mailer can tell. */
export type Mail = { id: string; to: string; subject: string; text: string; html: string };

export type MailResult =
  | { status: 'processing' | 'sent' }
  | { status: 'failed'; reason: string }
  /** The mail was never handed over, or was removed since. */
  | { status: 'missing' };

/** A way to send mails. */
export type Mailer = {
  /** Hands a mail over. `accepted`: ask for the result later. Throws `MailRefused` when no attempt can succeed. */
  hand(mail: Mail): Promise<'accepted' | 'sent'>;
  resultOf(id: string): Promise<MailResult>;
  /** Removes what is kept of a mail. Returns false while it is still being sent and cannot be removed. */
  discard(id: string): Promise<boolean>;
  /** Removes what is kept of an address that no account uses any more. */
  forget(address: string): Promise<void>;
  /** A page of the addresses that something is kept of, in lower case. `next` is empty at the end. */
  listKept(after: string): Promise<{ addresses: string[]; next: string }>;
};

/** The mail can never be sent, for example to an invalid address. */
export class MailRefused extends Error {}
