import type { Happening } from '#shared/domain/audience.ts';
import type { Block } from '../render.ts';

/** Why somebody gets a mail about a complaint. */
export type Reason = 'reporter' | 'follower' | 'assignee';

export type ComplaintFacts = {
  reference: string;
  title: string;
  reason: Reason;
  /** What happened, the oldest first. */
  happened: readonly Happening[];
  /** Public notes, the oldest first. */
  notes: readonly string[];
  progress: number;
  link: string;
  unsubscribe: string;
};

export type Content = { subject: string; blocks: Block[]; footer: Block[] };

type AccountFacts = { username: string };
type LinkFacts = AccountFacts & { link: string };

/** The mails of one language. */
export type Templates = {
  complaint(facts: ComplaintFacts): Content;
  confirmEmail(facts: LinkFacts): Content;
  emailChanged(facts: AccountFacts): Content;
  emailChangeRequested(facts: AccountFacts): Content;
  recovery(facts: LinkFacts): Content;
  passwordChanged(facts: AccountFacts): Content;
  roleChanged(facts: AccountFacts & { role: string }): Content;
  webhookDisabled(facts: AccountFacts & { host: string; because: string }): Content;
};
