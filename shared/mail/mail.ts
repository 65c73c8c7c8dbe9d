/** A finished mail. Handing over the same `id` again does not send it twice, if the mailer can detect that. */
export type Mail = { id: string; to: string; subject: string; text: string; html: string };

export type MailResult =
  | { status: 'processing' | 'sent' }
  | { status: 'failed'; reason: string }
  /** The mail was never handed over, or was removed since. */
  | { status: 'missing' };

/** A way to send mails. */
export type Mailer = {
  /** Hands a mail over. `accepted`: ask for the result later. Throws `MailRefused` when no attempt can succeed. */
  send(mail: Mail): Promise<'accepted' | 'sent'>;
  resultOf(id: string): Promise<MailResult>;
  /** Removes the stored data of a mail. Returns false while it is still being sent and cannot be removed. */
  removeMail(id: string): Promise<boolean>;
  /** Removes the stored data of an address that no account uses any more. */
  removeAddress(address: string): Promise<void>;
  /**
   * A page of the addresses with stored data, in lower case. `next` is the `after` of the next page, empty at the end.
   */
  listStoredAddresses(after: string): Promise<{ addresses: string[]; next: string }>;
};

/** The mail can never be sent, for example to an invalid address. */
export class MailRefused extends Error {}
