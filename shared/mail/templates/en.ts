import type { Happening } from '#shared/domain/audience.ts';
import type { ComplaintFacts, Reason, Templates } from './templates.ts';

const HAPPENED: Readonly<Record<Happening, string>> = {
  filed: 'We have received the report.',
  acknowledged: 'The report was acknowledged.',
  in_progress: 'Work has begun.',
  on_hold: 'Work is on hold.',
  resolved: 'The problem was solved.',
  rejected: 'The report was rejected.',
  closed: 'The report was closed.',
  reopened: 'The report was opened again.',
  note: 'There is a new note.',
  staff_images: 'Pictures were added by our staff.',
  reporter_images: 'Pictures were added by the reporter.',
  duplicate: 'The report was found to be a duplicate of another one.',
  assigned: 'The report was assigned to you.',
  unassigned: 'The report is assigned to nobody now.',
  escalated: 'A deadline has passed, and the report was passed on to you.',
  progress: 'There is progress.',
  edited: 'The report was corrected.',
  rated: 'The reporter has rated the work.',
  internal_note: 'There is a new internal note.',
  hidden: 'The report was hidden.',
  shown: 'The report is public again.',
  deleted: 'The report was deleted.',
};

const REASONS: Readonly<Record<Reason, string>> = {
  reporter: 'You get this mail because you filed this report.',
  follower: 'You get this mail because you follow this report.',
  assignee: 'You get this mail because this report is assigned to you.',
};

const ABOUT_ACCOUNT = 'You get this mail because of your account. Such mails cannot be turned off.';
const IGNORE = 'If you did not ask for this, ignore this mail: nothing changes without the link.';

function sentence(happening: Happening, { progress }: ComplaintFacts): string {
  return happening === 'progress' ? `The work is ${progress} % done.` : HAPPENED[happening];
}

export const en: Templates = {
  complaint: (facts) => ({
    subject: `${facts.reference}: ${facts.title}`,
    blocks: [
      'Hello,',
      `this is about the report “${facts.title}”, reference ${facts.reference}:`,
      { list: facts.happened.map((happening) => sentence(happening, facts)) },
      ...facts.notes.map((quote) => ({ quote })),
      'See the report:',
      { link: facts.link },
    ],
    footer: [REASONS[facts.reason], 'To get no more mails about reports:', { link: facts.unsubscribe }],
  }),
  confirmEmail: ({ username, link }) => ({
    subject: 'Confirm your address',
    blocks: [
      'Hello,',
      `please confirm that this address belongs to the account ${username}. The link can be used once, for one hour:`,
      { link },
      IGNORE,
    ],
    footer: [ABOUT_ACCOUNT],
  }),
  emailChanged: ({ username }) => ({
    subject: 'Your address was changed',
    blocks: [
      'Hello,',
      `the account ${username} does not use this address any more.`,
      'If this was not you, reset your password and ask the operators for help.',
    ],
    footer: ['You get this last mail because the address belonged to the account.'],
  }),
  emailChangeRequested: ({ username }) => ({
    subject: 'A change of your address was asked for',
    blocks: [
      'Hello,',
      `somebody who knows the password has asked for another address for the account ${username}. This address stays until the new one is confirmed.`,
      'If this was not you, change your password now.',
    ],
    footer: [ABOUT_ACCOUNT],
  }),
  recovery: ({ username, link }) => ({
    subject: 'Choose a new password',
    blocks: [
      'Hello,',
      `a new password was asked for, for the account ${username}. The link can be used once, for one hour; a newer one ends it:`,
      { link },
      IGNORE,
    ],
    footer: [ABOUT_ACCOUNT],
  }),
  passwordChanged: ({ username }) => ({
    subject: 'Your password was changed',
    blocks: [
      'Hello,',
      `the password of the account ${username} was changed, and everything that was logged in is logged out.`,
      'If this was not you, reset your password now.',
    ],
    footer: [ABOUT_ACCOUNT],
  }),
  roleChanged: ({ username, role }) => ({
    subject: 'Your role was changed',
    blocks: ['Hello,', `the account ${username} has the role ${role} now.`],
    footer: [ABOUT_ACCOUNT],
  }),
  webhookDisabled: ({ host, because }) => ({
    subject: `A webhook was disabled: ${host}`,
    blocks: [
      'Hello,',
      `the webhook at ${host} is called no more: ${because}`,
      'Set enabled to true in the table webhooks once it works again.',
    ],
    footer: ['You get this mail because you are an admin.'],
  }),
};
