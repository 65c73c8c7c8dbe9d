import type { Gateway } from './gateway.ts';
import {
  CategoryRow,
  CheckedRow,
  ComplaintKeysRow,
  ComplaintRow,
  DeliveryRow,
  EntryRow,
  FiguresRow,
  IdentityRow,
  LimitRow,
  LinkRow,
  NameRow,
  OutboxRow,
  PlaceRow,
  QuarantineRow,
  RecipientRow,
  RequestRow,
  SpansRow,
  StateRow,
  TallyRow,
  TaskRow,
  TimesRow,
  UserRow,
  WebhookRow,
  WordRow,
} from './rows.ts';
import { Table } from './table.ts';

/** All tables of the product, each with its schema. */
export function openStore(gateway: Gateway) {
  return {
    users: new Table(gateway, 'users', UserRow),
    names: new Table(gateway, 'names', NameRow),
    identities: new Table(gateway, 'identities', IdentityRow),
    complaints: new Table(gateway, 'complaints', ComplaintRow),
    complaintKeys: new Table(gateway, 'complaints', ComplaintKeysRow),
    places: new Table(gateway, 'complaints', PlaceRow),
    checked: new Table(gateway, 'complaints', CheckedRow),
    times: new Table(gateway, 'complaints', TimesRow),
    words: new Table(gateway, 'words', WordRow),
    timeline: new Table(gateway, 'timeline', EntryRow),
    categories: new Table(gateway, 'categories', CategoryRow),
    tallies: new Table(gateway, 'tallies', TallyRow),
    limits: new Table(gateway, 'limits', LimitRow),
    requests: new Table(gateway, 'requests', RequestRow),
    state: new Table(gateway, 'state', StateRow),
    tasks: new Table(gateway, 'tasks', TaskRow),
    quarantine: new Table(gateway, 'quarantine', QuarantineRow),
    figures: new Table(gateway, 'figures', FiguresRow),
    outbox: new Table(gateway, 'outbox', OutboxRow),
    deliveries: new Table(gateway, 'deliveries', DeliveryRow),
    webhooks: new Table(gateway, 'webhooks', WebhookRow),
    links: new Table(gateway, 'links', LinkRow),
    recipients: new Table(gateway, 'users', RecipientRow),
    spans: new Table(gateway, 'figures', SpansRow),
  };
}

export type Store = ReturnType<typeof openStore>;
