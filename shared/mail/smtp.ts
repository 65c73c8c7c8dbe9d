import type { Mail, Mailer, MailResult } from './mail.ts';

/** The SMTP server (`SMTP_URL`, such as smtp://user:password@host:587) and the sender (`MAIL_FROM`). */
export type SmtpSettings = { url: string; from: string };

/**
 * Sends mails by SMTP. There is no result to ask for later; when the server's answer is lost, the next attempt sends
 * the mail again with the same Message-ID.
 */
export class SmtpMailer implements Mailer {
  readonly #settings: SmtpSettings;

  constructor(settings: SmtpSettings) {
    this.#settings = settings;
  }

  async send({ id, to, subject, text, html }: Mail): Promise<'sent'> {
    // Loaded on demand: most installations send through Messaging.
    const { createTransport } = await import('nodemailer');
    const { url, from } = this.#settings;
    const transport = createTransport({
      url,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 20_000,
    });
    const host =
      from
        .split('@')
        .at(-1)
        ?.replace(/[^a-z0-9.-]/gi, '') ?? 'localhost';
    const headers = { 'Auto-Submitted': 'auto-generated' };
    await transport.sendMail({ from, to, subject, text, html, headers, messageId: `<${id}@${host}>` });
    return 'sent';
  }

  /** SMTP has no results after the hand-over. */
  async resultOf(): Promise<MailResult> {
    return { status: 'missing' };
  }

  async removeMail(): Promise<boolean> {
    return true;
  }

  async removeAddress(): Promise<void> {}

  async listStoredAddresses() {
    return { addresses: [], next: '' };
  }
}
