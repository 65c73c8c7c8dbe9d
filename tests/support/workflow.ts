import * as fc from 'fast-check';
import { DAY } from '#shared/domain/clock.ts';
import { STATUSES, type Status } from '#shared/domain/status.ts';
import { detailOf } from './complaints.ts';
import type { Person, Service } from './harness.ts';
import { isEntitled, STATUS_TABLE } from './status-table.ts';

const PARTIES = ['reporter', 'stranger', 'staff', 'admin'] as const;
type Party = (typeof PARTIES)[number];
export type Cast = Record<Party, Person>;

/** One request of one person to change a complaint. */
export type Step = {
  who: Party;
  body: { status?: Status; progress?: number; note?: string; hidden?: boolean };
  /** If the complaint is resolved, it was so many days ago. */
  daysAgo: number;
};
type Model = { status: Status; progress: number; hidden: boolean; version: number };

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });

/** Random steps, of which about half are allowed. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    who: fc.constantFrom(...PARTIES, 'staff', 'admin'),
    daysAgo: fc.constantFrom(0, 0, 13.9, 14.1),
    body: fc
      .record({
        status: optional(fc.constantFrom(...STATUSES)),
        progress: optional(fc.constantFrom(0, 40, 100)),
        note: optional(fc.constant('Because.')),
        hidden: fc.option(fc.boolean(), { nil: undefined, freq: 5 }),
      })
      .map((body) => (Object.values(body).every((value) => value === undefined) ? { note: 'Hello.' } : body))
      .map((body) => JSON.parse(JSON.stringify(body))),
  }),
  { minLength: 6, maxLength: 14 },
);

function expectedRefusal(model: Model, { who, body, daysAgo }: Step): number | undefined {
  const desk = who === 'staff' || who === 'admin';
  const moves = body.status !== undefined && body.status !== model.status;
  if (who === 'stranger') return model.hidden ? 404 : 403;
  if (!desk && (body.hidden !== undefined || (body.progress !== undefined && !moves))) return 403;
  const to = body.status ?? model.status;
  const rule = STATUS_TABLE[model.status][to];
  if (moves) {
    const role = who === 'reporter' ? 'user' : who;
    const asker = { role, isReporter: who === 'reporter', daysSinceResolved: daysAgo } as const;
    if (!rule) return desk ? 409 : 403;
    if (!isEntitled(rule.who, asker)) return 403;
    if (rule.note && body.note === undefined) return 422;
  }
  if (body.progress === undefined) return undefined;
  const fixed = { created: 0, resolved: 100, rejected: model.progress, closed: model.progress };
  const wanted = to in fixed ? fixed[to as keyof typeof fixed] : body.progress;
  return body.progress === wanted ? undefined : 422;
}

function applyStep(model: Model, { body }: Step): Model {
  const status = body.status ?? model.status;
  const moves = status !== model.status;
  const reopened = moves && ['resolved', 'rejected', 'closed'].includes(model.status) && status === 'in_progress';
  const progress = status === 'resolved' ? 100 : (body.progress ?? (reopened ? 0 : model.progress));
  const hidden = body.hidden ?? model.hidden;
  const isChange = moves || progress !== model.progress || hidden !== model.hidden || body.note !== undefined;
  return { status, progress, hidden, version: model.version + (isChange ? 1 : 0) };
}

async function backdateResolution({ connection }: Service, id: string, days: number): Promise<void> {
  const row = await connection.store.complaints.find(id);
  if (row?.resolvedAt === null || row === undefined) return;
  const resolvedAt = new Date(Date.now() - days * DAY).toISOString();
  await connection.store.complaints.replace(row, { resolvedAt });
}

/** Takes one complaint through the steps; throws when an answer or the stored state differs from the contract. */
export async function walkThrough(service: Service, cast: Cast, walk: readonly Step[]): Promise<void> {
  const { id } = await cast.reporter.file();
  let model: Model = { status: 'created', progress: 0, hidden: false, version: 1 };
  for (const step of walk) {
    await backdateResolution(service, id, step.daysAgo);
    const expected = expectedRefusal(model, step) ?? 200;
    const answer = await cast[step.who].send('PUT', '/complain', { json: { id, ...step.body } });
    if (answer.status !== expected) {
      throw new Error(`${JSON.stringify({ model, step })}: ${answer.status} instead of ${expected}: ${answer.text}`);
    }
    if (expected === 200) model = applyStep(model, step);
    const { status, progress, hidden, version, timeline } = await detailOf(cast.admin, id);
    const stored = JSON.stringify({ status, progress, hidden, version });
    const entries = timeline.length;
    if (stored !== JSON.stringify(model) || entries !== model.version) {
      throw new Error(`${JSON.stringify({ model, step })}: stored is ${stored} with ${entries} entries`);
    }
  }
}
