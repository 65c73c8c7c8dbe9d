import { expect, it } from 'vitest';
import { type CaseTimes, nextStep, stepTime, timesAfter } from '#shared/domain/deadlines.ts';
import type { Status } from '#shared/domain/status.ts';
import { readWorkingHours, type WorkingCalendar } from '#shared/domain/working-time.ts';

const calendar: WorkingCalendar = {
  timeZone: 'UTC',
  week: readWorkingHours('mon-fri 08:00-16:00'),
  holidays: new Set(['2026-12-25']),
};

/** Filed on Monday, 2026-12-21; to be acknowledged by 10:00, and due on Wednesday at noon. */
const FILED: CaseTimes = {
  status: 'created',
  acknowledgeBy: '2026-12-21T10:00:00.000Z',
  overdueAt: '2026-12-23T12:00:00.000Z',
  minutesLeft: null,
  acknowledgeLevel: 0,
  overdueLevel: 0,
  resolvedAt: null,
  closedAt: null,
};

const at = (text: string) => new Date(`2026-12-${text}:00.000Z`);

/** The case after it changes to a status at a time. */
function moved(
  before: CaseTimes,
  status: Status,
  now: Date,
  deadlines?: Parameters<typeof timesAfter>[0]['deadlines'],
) {
  const resolvedAt = status === 'resolved' ? now.toISOString() : null;
  const closedAt = status === 'rejected' ? now.toISOString() : null;
  const after = { status, resolvedAt, closedAt };
  return { ...after, ...timesAfter({ before, after, deadlines, now }, calendar) };
}

it('the next step comes at the earlier deadline, and then one level for each further working day', () => {
  expect(nextStep(FILED, calendar)).toEqual({
    kind: 'escalate',
    deadline: 'acknowledge',
    level: 1,
    at: at('21T10:00'),
  });
  expect(nextStep({ ...FILED, acknowledgeLevel: 1 }, calendar)).toMatchObject({ level: 2, at: at('22T10:00') });
  expect(nextStep({ ...FILED, acknowledgeLevel: 3 }, calendar)).toMatchObject({ deadline: 'overdue', level: 1 });
  expect(nextStep({ ...FILED, status: 'acknowledged' }, calendar)).toMatchObject({ deadline: 'overdue', level: 1 });
  const late = { ...FILED, status: 'in_progress' as const, overdueLevel: 2 };
  // Two working days after Wednesday, since Friday is a holiday.
  expect(stepTime(late, calendar)).toBe('2026-12-28T12:00:00.000Z');
  expect(stepTime(late, calendar, 2)).toBeNull();
});

it('nothing is due on hold and after the end, except closing a resolved complaint', () => {
  for (const status of ['on_hold', 'rejected', 'closed'] as const) {
    expect(nextStep({ ...FILED, status }, calendar), status).toBeUndefined();
  }
  const resolved = { ...FILED, status: 'resolved' as const, resolvedAt: '2026-12-22T09:00:00.000Z' };
  expect(nextStep(resolved, calendar)).toEqual({ kind: 'close', at: new Date('2027-01-05T09:00:00.000Z') });
});

it('on hold the remaining working time is kept, and restored afterwards', () => {
  const held = moved({ ...FILED, status: 'in_progress' }, 'on_hold', at('22T15:00'));
  expect(held).toMatchObject({ overdueAt: null, minutesLeft: 300, stepAt: null });
  const resumed = moved({ ...FILED, ...held }, 'in_progress', at('24T14:00'));
  expect(resumed).toMatchObject({ overdueAt: '2026-12-28T11:00:00.000Z', minutesLeft: null });
  expect(resumed.stepAt).toBe(resumed.overdueAt);
});

it('a complaint that was overdue before it was put on hold is overdue again at once, and keeps its level', () => {
  const late = { ...FILED, status: 'in_progress' as const, overdueLevel: 1 };
  const held = moved(late, 'on_hold', at('23T14:00'));
  expect(held).toMatchObject({ overdueAt: null, minutesLeft: 0 });
  expect(moved({ ...late, ...held }, 'in_progress', at('28T09:00'))).toMatchObject({
    overdueAt: '2026-12-28T09:00:00.000Z',
    overdueLevel: 1,
    stepAt: '2026-12-29T09:00:00.000Z',
  });
});

it('time after the end does not count when a complaint is reopened, from on hold or not', () => {
  const resolved = moved({ ...FILED, status: 'in_progress' }, 'resolved', at('22T15:00'));
  expect(resolved.overdueAt).toBe(FILED.overdueAt);
  expect(moved({ ...FILED, ...resolved }, 'in_progress', at('28T09:00')).overdueAt).toBe('2026-12-28T14:00:00.000Z');
  const held = moved({ ...FILED, status: 'acknowledged' }, 'on_hold', at('22T15:00'));
  const rejected = moved({ ...FILED, ...held }, 'rejected', at('24T10:00'));
  expect(rejected).toMatchObject({ overdueAt: null, minutesLeft: 300 });
  expect(moved({ ...FILED, ...rejected }, 'in_progress', at('28T09:00'))).toMatchObject({
    overdueAt: '2026-12-28T14:00:00.000Z',
    minutesLeft: null,
  });
});

it('another category sets its own deadlines, and resets the levels', () => {
  const deadlines = { acknowledgeBy: null, overdueAt: '2026-12-24T12:00:00.000Z' };
  const late = { ...FILED, status: 'in_progress' as const, acknowledgeLevel: 2, overdueLevel: 1 };
  expect(moved(late, 'in_progress', at('23T14:00'), deadlines)).toMatchObject({
    ...deadlines,
    acknowledgeLevel: 0,
    overdueLevel: 0,
    stepAt: deadlines.overdueAt,
  });
  const held = moved(
    { ...late, status: 'on_hold', overdueAt: null, minutesLeft: 0 },
    'on_hold',
    at('23T14:00'),
    deadlines,
  );
  expect(held).toMatchObject({ overdueAt: null, minutesLeft: 360, stepAt: null });
  const none = { acknowledgeBy: null, overdueAt: null };
  expect(moved({ ...late, ...held }, 'in_progress', at('28T09:00'), none)).toMatchObject({ ...none, stepAt: null });
  expect(moved({ ...late, overdueAt: null }, 'on_hold', at('23T14:00')).minutesLeft).toBeNull();
});
