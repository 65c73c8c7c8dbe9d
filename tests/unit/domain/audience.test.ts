import { describe, expect, it } from 'vitest';
import { AUDIENCE, AUDIENCES, HAPPENINGS, happeningsOf, toldTo } from '#shared/domain/audience.ts';
import { CHANGED_FIELDS } from '#shared/domain/complaint.ts';
import { STATUSES } from '#shared/domain/status.ts';
import { de } from '#shared/mail/templates/de.ts';
import { en } from '#shared/mail/templates/en.ts';

const cells = HAPPENINGS.flatMap((happening) => AUDIENCES.map((audience) => ({ happening, audience })));
const change = { kind: 'complaint.changed', byRole: 'staff', isAssigned: true, isHidden: false } as const;
const still = { ...change, statusBefore: 'in_progress', status: 'in_progress' } as const;

describe('the audience of a happening', () => {
  it.each(cells)(
    '$happening is told to the $audience as the table says, and never to the person who caused it',
    ({ happening, audience }) => {
      const level = AUDIENCE[happening][audience];
      const told = (notify: 'all' | 'important' | 'none', isActor = false) =>
        toldTo({ audiences: [audience], notify, isActor }, [happening]).length > 0;
      expect({ all: told('all'), important: told('important'), none: told('none') }).toEqual({
        all: level !== 'silent',
        important: level === 'important',
        none: false,
      });
      expect(told('all', true)).toBe(happening === 'filed' && audience === 'reporter');
    },
  );

  it('is the union for a person with two relations to a complaint', () => {
    const both = { audiences: ['reporter', 'assignee'], notify: 'important', isActor: false } as const;
    expect(toldTo(both, ['filed', 'assigned', 'progress'])).toEqual(['filed', 'assigned']);
  });

  it('excludes reporters and followers from what only staff may see', () => {
    for (const happening of ['assigned', 'unassigned', 'escalated', 'internal_note', 'hidden', 'shown'] as const) {
      expect(AUDIENCE[happening]).toMatchObject({ reporter: 'silent', follower: 'silent' });
    }
  });
});

describe('a change counts as', () => {
  it.each(STATUSES.filter((status) => status !== 'created'))('a new status: %s', (status) => {
    expect(happeningsOf({ ...change, statusBefore: 'created', status, changed: ['status', 'progress'] })).toEqual([
      status,
    ]);
  });

  it.each(['resolved', 'rejected', 'closed'] as const)('reopened after %s', (statusBefore) => {
    const opened = { ...change, statusBefore, status: 'in_progress', changed: ['status', 'note'] } as const;
    expect(happeningsOf(opened)).toEqual(['reopened', 'note']);
  });

  it.each([
    [['progress'], ['progress']],
    [['note'], ['note']],
    [['internalNote'], ['internal_note']],
    [['assignedTo'], ['assigned']],
    [['assignedTo', 'escalation'], ['escalated']],
    [['hidden'], ['shown']],
    [['images'], ['staff_images']],
    [['rating'], ['rated']],
  ] as const)('%j', (changed, happenings) => {
    expect(happeningsOf({ ...still, changed })).toEqual(happenings);
  });

  it('a duplicate, and as reopened when that ends', () => {
    const double = {
      ...change,
      statusBefore: 'created',
      status: 'rejected',
      changed: ['status', 'duplicateOf', 'outcome'],
    } as const;
    expect(happeningsOf(double)).toEqual(['duplicate']);
    const opened = { ...double, statusBefore: 'rejected', status: 'in_progress' } as const;
    expect(happeningsOf(opened)).toEqual(['reopened']);
  });

  it('a filing, with the assignment by its category', () => {
    const filed = { ...change, kind: 'complaint.created', statusBefore: null, status: 'created', changed: [] } as const;
    expect(happeningsOf(filed)).toEqual(['filed', 'assigned']);
    expect(happeningsOf({ ...filed, isAssigned: false })).toEqual(['filed']);
  });

  it('pictures of the reporter, an unassignment, hiding or a deletion', () => {
    expect(happeningsOf({ ...still, byRole: 'user', changed: ['images'] })).toEqual(['reporter_images']);
    expect(happeningsOf({ ...still, isAssigned: false, changed: ['assignedTo'] })).toEqual(['unassigned']);
    expect(happeningsOf({ ...still, isHidden: true, changed: ['hidden'] })).toEqual(['hidden']);
    expect(happeningsOf({ ...still, kind: 'complaint.deleted', status: null, changed: [] })).toEqual(['deleted']);
  });

  it.each(CHANGED_FIELDS)('something when %s has changed', (field) => {
    expect(happeningsOf({ ...change, statusBefore: 'created', status: 'acknowledged', changed: [field] })).not.toEqual(
      [],
    );
  });
});

describe('the text of a happening', () => {
  it.each(HAPPENINGS)('%s has a sentence of its own in both languages', (happening) => {
    const facts = {
      reference: 'R',
      title: 'T',
      reason: 'reporter',
      notes: [],
      progress: 40,
      link: 'L',
      unsubscribe: 'U',
    } as const;
    const [english, german] = [en, de].map((words) =>
      JSON.stringify(words.complaint({ ...facts, happened: [happening] })),
    );
    expect(english).not.toBe(german);
    expect(english).toMatch(/[a-z]+ [a-z]+/);
  });
});
