import type { Happening } from '#shared/domain/audience.ts';
import type { ComplaintFacts, Reason, Templates } from './templates.ts';

const HAPPENED: Readonly<Record<Happening, string>> = {
  filed: 'Wir haben die Meldung erhalten.',
  acknowledged: 'Die Meldung wurde angenommen.',
  in_progress: 'Die Arbeit hat begonnen.',
  on_hold: 'Die Arbeit ruht.',
  resolved: 'Das Problem wurde behoben.',
  rejected: 'Die Meldung wurde abgelehnt.',
  closed: 'Die Meldung wurde geschlossen.',
  reopened: 'Die Meldung wurde wieder geöffnet.',
  note: 'Es gibt eine neue Bemerkung.',
  staff_images: 'Unser Team hat Bilder hinzugefügt.',
  reporter_images: 'Die meldende Person hat Bilder hinzugefügt.',
  duplicate: 'Zu diesem Problem gibt es schon eine andere Meldung.',
  assigned: 'Die Meldung wurde Ihnen zugewiesen.',
  unassigned: 'Die Meldung ist niemandem mehr zugewiesen.',
  escalated: 'Eine Frist ist verstrichen, und die Meldung wurde an Sie weitergegeben.',
  progress: 'Die Arbeit ist vorangekommen.',
  edited: 'Die Meldung wurde berichtigt.',
  rated: 'Die meldende Person hat die Arbeit bewertet.',
  internal_note: 'Es gibt eine neue interne Bemerkung.',
  hidden: 'Die Meldung wurde verborgen.',
  shown: 'Die Meldung ist wieder öffentlich.',
  deleted: 'Die Meldung wurde gelöscht.',
};

const REASONS: Readonly<Record<Reason, string>> = {
  reporter: 'Sie erhalten diese Mail, weil die Meldung von Ihnen ist.',
  follower: 'Sie erhalten diese Mail, weil Sie der Meldung folgen.',
  assignee: 'Sie erhalten diese Mail, weil Ihnen die Meldung zugewiesen ist.',
};

const ABOUT_ACCOUNT = 'Sie erhalten diese Mail wegen Ihres Kontos. Solche Mails lassen sich nicht abbestellen.';
const IGNORE = 'Wenn Sie das nicht veranlasst haben, löschen Sie diese Mail: ohne den Link ändert sich nichts.';

function sentence(happening: Happening, { progress }: ComplaintFacts): string {
  return happening === 'progress' ? `Die Arbeit ist zu ${progress} % erledigt.` : HAPPENED[happening];
}

export const de: Templates = {
  complaint: (facts) => ({
    subject: `${facts.reference}: ${facts.title}`,
    blocks: [
      'Guten Tag,',
      `zur Meldung „${facts.title}“, Aktenzeichen ${facts.reference}:`,
      { list: facts.happened.map((happening) => sentence(happening, facts)) },
      ...facts.notes.map((quote) => ({ quote })),
      'Zur Meldung:',
      { link: facts.link },
    ],
    footer: [REASONS[facts.reason], 'Keine Mails zu Meldungen mehr:', { link: facts.unsubscribe }],
  }),
  confirmEmail: ({ username, link }) => ({
    subject: 'Bitte bestätigen Sie Ihre Adresse',
    blocks: [
      'Guten Tag,',
      `bitte bestätigen Sie, dass diese Adresse zum Konto ${username} gehört. Der Link gilt einmal und eine Stunde lang:`,
      { link },
      IGNORE,
    ],
    footer: [ABOUT_ACCOUNT],
  }),
  emailChanged: ({ username }) => ({
    subject: 'Ihre Adresse wurde geändert',
    blocks: [
      'Guten Tag,',
      `das Konto ${username} verwendet diese Adresse nicht mehr.`,
      'Wenn Sie das nicht waren, setzen Sie Ihr Passwort zurück und wenden Sie sich an den Betreiber.',
    ],
    footer: ['Sie erhalten diese letzte Mail, weil die Adresse zum Konto gehörte.'],
  }),
  emailChangeRequested: ({ username }) => ({
    subject: 'Eine Änderung Ihrer Adresse wurde verlangt',
    blocks: [
      'Guten Tag,',
      `jemand, der das Passwort kennt, hat für das Konto ${username} eine andere Adresse verlangt. Diese hier bleibt, bis die neue bestätigt ist.`,
      'Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort.',
    ],
    footer: [ABOUT_ACCOUNT],
  }),
  recovery: ({ username, link }) => ({
    subject: 'Neues Passwort wählen',
    blocks: [
      'Guten Tag,',
      `für das Konto ${username} wurde ein neues Passwort verlangt. Der Link gilt einmal und eine Stunde lang; ein neuerer beendet ihn:`,
      { link },
      IGNORE,
    ],
    footer: [ABOUT_ACCOUNT],
  }),
  passwordChanged: ({ username }) => ({
    subject: 'Ihr Passwort wurde geändert',
    blocks: [
      'Guten Tag,',
      `das Passwort des Kontos ${username} wurde geändert, und alle Anmeldungen wurden beendet.`,
      'Wenn Sie das nicht waren, setzen Sie jetzt Ihr Passwort zurück.',
    ],
    footer: [ABOUT_ACCOUNT],
  }),
  roleChanged: ({ username, role }) => ({
    subject: 'Ihre Rolle wurde geändert',
    blocks: ['Guten Tag,', `das Konto ${username} hat jetzt die Rolle ${role}.`],
    footer: [ABOUT_ACCOUNT],
  }),
  webhookDisabled: ({ host, because }) => ({
    subject: `Ein Webhook wurde abgeschaltet: ${host}`,
    blocks: [
      'Guten Tag,',
      `der Webhook bei ${host} wird nicht mehr aufgerufen: ${because}`,
      'Setzen Sie enabled in der Tabelle webhooks auf true, sobald er wieder geht.',
    ],
    footer: ['Sie erhalten diese Mail, weil Sie Admin sind.'],
  }),
};
