import { MessagingMailer } from '#shared/appwrite/messaging.ts';
import type { StorageDeps } from '#shared/compose.ts';
import type { NotifyConfig } from '#shared/config.ts';
import type { Mailer } from '#shared/mail/mail.ts';
import { SmtpMailer } from '#shared/mail/smtp.ts';

/** The dependencies of mails and webhooks. */
export type NotifyDeps = StorageDeps & { config: NotifyConfig; mailer: Mailer };

export function withMailer(deps: StorageDeps, config: NotifyConfig): NotifyDeps {
  const mailer = config.smtp ? new SmtpMailer(config.smtp) : new MessagingMailer(deps.gateway);
  return { ...deps, config, mailer };
}
