import type { Recipient } from '#shared/appwrite/accounts.ts';
import { listEntriesByNumber, type StoredComplaint } from '#shared/appwrite/complaints.ts';
import { countHanded, type StoredDelivery } from '#shared/appwrite/deliveries.ts';
import { isFollowing } from '#shared/appwrite/follows.ts';
import { DEFAULT_NOTIFY, LANGUAGES, type Language, type LinkPurpose } from '#shared/domain/account.ts';
import { type Happening, toldTo } from '#shared/domain/audience.ts';
import { HOUR } from '#shared/domain/clock.ts';
import { mayOnComplaint } from '#shared/domain/policy.ts';
import { renderLetter } from '#shared/mail/render.ts';
import { de } from '#shared/mail/templates/de.ts';
import { en } from '#shared/mail/templates/en.ts';
import type { Content, Reason, Templates } from '#shared/mail/templates/templates.ts';
import { issueLink, unsubscribeToken } from '../accounts/links.ts';
import type { NotifyDeps } from './deps.ts';
import { audiencesOf, canBeMailed } from './fan-out.ts';

const TEMPLATES: Readonly<Record<Language, Templates>> = { en, de };
const RECOVERIES_PER_HOUR = 5;

/** A mail without its id, or the reason why none is sent. */
export type Composed = { to: string; subject: string; text: string; html: string } | { skip: string };

const skip = (reason: string) => ({ skip: reason });

/** The token is in the fragment, which browsers do not send to servers. */
const linkTo = ({ config }: NotifyDeps, name: string, value: string) => `${config.appUrl}/#${name}=${value}`;

function finish(to: string, language: Language, content: Content): Composed {
  return { to, ...renderLetter({ language, ...content }) };
}

const languageOf = ({ language }: Recipient): Language => language ?? LANGUAGES[0];

function reasonOf(person: Recipient, complaint: StoredComplaint): Reason {
  const audiences = audiencesOf(person, complaint);
  return audiences.includes('reporter') ? 'reporter' : audiences.includes('assignee') ? 'assignee' : 'follower';
}

/** The happenings that the person may still be told of, by their present relation to the complaint and settings. */
async function stillTold(
  { store }: NotifyDeps,
  person: Recipient,
  { complaint, deliveries }: { complaint: StoredComplaint; deliveries: readonly StoredDelivery[] },
) {
  const now = audiencesOf(person, complaint);
  const follow = { personId: person.$id, complaintId: complaint.$id };
  const isFollower = deliveries.some(({ audiences }) => audiences.includes('follower'));
  if (isFollower && (await isFollowing(store, follow))) now.push('follower');
  return deliveries.map(({ told, audiences, complaintVersion }) => {
    const still = audiences.filter((audience) => now.includes(audience));
    const recipient = { audiences: still, notify: person.notify ?? DEFAULT_NOTIFY, isActor: false };
    return { version: complaintVersion, told: toldTo(recipient, told) };
  });
}

/** One mail about all happenings of a complaint that the person may know of now. */
async function composeComplaint(
  deps: NotifyDeps,
  person: Recipient,
  deliveries: readonly StoredDelivery[],
): Promise<Composed> {
  const { email } = person;
  const id = deliveries[0]?.complaintId;
  if (email === null || !canBeMailed(person)) return skip('The account has no confirmed address.');
  const complaint = id ? await deps.store.complaints.find(id) : undefined;
  if (!complaint) return skip('The complaint was deleted.');
  const viewer = { id: person.$id, username: person.username, role: person.role };
  if (!mayOnComplaint(viewer, 'read', complaint)) return skip('The complaint is hidden.');
  const ordered = [...deliveries].sort((a, b) => (a.complaintVersion ?? 0) - (b.complaintVersion ?? 0));
  const told = await stillTold(deps, person, { complaint, deliveries: ordered });
  const happened = [...new Set(told.flatMap((one): Happening[] => one.told))];
  if (happened.length === 0) return skip('The person does not want to be told, or is not concerned any more.');
  const noted = told.filter((one) => one.told.includes('note')).flatMap(({ version }) => version ?? []);
  const entries = noted.length === 0 ? [] : await listEntriesByNumber(deps.store, complaint.$id, noted);
  const notes = entries.filter(({ internal }) => !internal).flatMap(({ note }) => note ?? []);
  const language = languageOf(person);
  const facts = {
    reference: complaint.reference ?? complaint.$id,
    title: complaint.title,
    reason: reasonOf(person, complaint),
    ...{ happened, notes, progress: complaint.progress },
    link: linkTo(deps, 'complaint', complaint.$id),
    unsubscribe: linkTo(deps, 'unsubscribe', unsubscribeToken(person.$id, deps.config.tokenSecret)),
  };
  return finish(email, language, TEMPLATES[language].complaint(facts));
}

async function newLink(
  deps: NotifyDeps,
  person: Recipient,
  link: { purpose: LinkPurpose; address: string },
): Promise<string> {
  const token = await issueLink(deps, { ...link, accountId: person.$id, epoch: person.epoch });
  return linkTo(deps, link.purpose, token);
}

async function composeConfirmation(deps: NotifyDeps, person: Recipient): Promise<Composed> {
  const address = person.emailPending ?? (person.emailConfirmed ? null : person.email);
  if (address === null) return skip('No address is to be confirmed.');
  const language = languageOf(person);
  const link = await newLink(deps, person, { purpose: 'confirm', address });
  return finish(address, language, TEMPLATES[language].confirmEmail({ username: person.username, link }));
}

async function composeRecovery(deps: NotifyDeps, person: Recipient, address: string, id: string): Promise<Composed> {
  const since = new Date(deps.clock.now().getTime() - HOUR);
  const limit = RECOVERIES_PER_HOUR;
  const counted = { accountId: person.$id, kind: 'recovery.requested', since, except: id, limit } as const;
  if ((await countHanded(deps.store, counted)) >= limit) return skip('Too many such mails within an hour.');
  const language = languageOf(person);
  const link = await newLink(deps, person, { purpose: 'reset', address });
  return finish(address, language, TEMPLATES[language].recovery({ username: person.username, link }));
}

async function composeDisabled(
  deps: NotifyDeps,
  person: Recipient,
  { webhookId }: StoredDelivery,
): Promise<Content | undefined> {
  const hook = webhookId === null ? undefined : await deps.store.webhooks.find(webhookId);
  if (!hook) return undefined;
  const host = URL.canParse(hook.url) ? new URL(hook.url).host : 'an unreadable URL';
  const facts = { username: person.username, host, because: hook.disabledBecause ?? '' };
  return TEMPLATES[languageOf(person)].webhookDisabled(facts);
}

/**
 * The mail of a delivery and of those that joined it, from the present data. A new link ends the earlier one, so this
 * must not be called for a mail that may have been handed over.
 */
export async function composeMail(deps: NotifyDeps, deliveries: readonly StoredDelivery[]): Promise<Composed> {
  const [lead] = deliveries;
  const person = lead?.accountId ? await deps.store.recipients.find(lead.accountId) : undefined;
  if (!lead || !person) return skip('The account is gone.');
  if (lead.complaintId !== null) return composeComplaint(deps, person, deliveries);
  const language = languageOf(person);
  const templates = TEMPLATES[language];
  const { username, email, role } = person;
  if (lead.kind === 'email.confirm') return composeConfirmation(deps, person);
  // The former address is notified, whatever address the account has now.
  if (lead.kind === 'email.changed' && lead.address !== null) {
    return finish(lead.address, language, templates.emailChanged({ username }));
  }
  if (lead.kind === 'email.change_requested' && lead.address !== null) {
    return finish(lead.address, language, templates.emailChangeRequested({ username }));
  }
  if (email === null || !canBeMailed(person)) return skip('The account has no confirmed address.');
  switch (lead.kind) {
    case 'recovery.requested':
      return composeRecovery(deps, person, email, lead.$id);
    case 'password.changed':
      return finish(email, language, templates.passwordChanged({ username }));
    case 'role.changed':
      return finish(email, language, templates.roleChanged({ username, role }));
    case 'webhook.disabled': {
      const content = await composeDisabled(deps, person, lead);
      return content ? finish(email, language, content) : skip('The webhook is gone.');
    }
    default:
      return skip('There is no mail of this kind.');
  }
}
