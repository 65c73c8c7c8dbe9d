import { describe, expect, it } from 'vitest';
import { type DeclaredFunction, isPublic, readDeclaration } from '#scripts/deploy/declaration.ts';
import { needsSecret } from '#scripts/deploy/plan-variables.ts';
import { burstFinding } from '#scripts/doctor/check-burst.ts';
import { UsageError } from '#scripts/project/command.ts';
import { declarationFor, layoutsOf, minutesBetween, readLayout } from '#scripts/project/layout.ts';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { functionFor, originPaths } from '#scripts/project/routes.ts';

const declared = readDeclaration(PROJECT_FILE);
const compact = declarationFor(declared, 'compact');
const [api, background] = compact.functions;
const clients = declared.functions.filter(isPublic);
const jobs = declared.functions.filter((fn) => !isPublic(fn));
const union = (functions: readonly DeclaredFunction[], key: 'scopes' | 'events') =>
  [...new Set(functions.flatMap((fn) => fn[key]))].sort();

/** The schedule of `background` when the jobs of appwrite.json have these schedules. */
function withSchedules(...schedules: string[]) {
  const [first, ...rest] = jobs;
  if (!first) throw new Error('no job');
  const others = schedules.map((schedule, at) => ({ ...(rest[at] ?? first), $id: `job-${at}`, schedule }));
  return declarationFor({ ...declared, functions: [...clients, ...others] }, 'compact').functions[1]?.schedule;
}

describe('the layout compact', () => {
  it('has two functions: one that clients call, without events, and one that they do not call', () => {
    expect(compact.functions.map(({ $id }) => $id)).toEqual(['api', 'background']);
    expect(api).toMatchObject({ execute: ['any'], events: [], schedule: '', path: 'functions/api/dist' });
    expect(background).toMatchObject({ execute: [], path: 'functions/background/dist' });
  });

  it('has exactly the scopes and events of its groups', () => {
    expect([...(api?.scopes ?? [])].sort()).toEqual(union(clients, 'scopes'));
    expect([...(background?.scopes ?? [])].sort()).toEqual(union(jobs, 'scopes'));
    expect([...(background?.events ?? [])].sort()).toEqual(union(jobs, 'events'));
  });

  it('has the longest timeout of its groups', () => {
    expect(api?.timeout).toBe(Math.max(...clients.map(({ timeout }) => timeout)));
    expect(background?.timeout).toBe(Math.max(...jobs.map(({ timeout }) => timeout)));
  });

  it.each([
    [['*/10 * * * *'], '*/10 * * * *'],
    [['', '*/10 * * * *'], '*/10 * * * *'],
    [['* * * * *', '*/10 * * * *'], '* * * * *'],
    [['*/5 * * * *', '*/10 * * * *'], '*/5 * * * *'],
    [['*/4 * * * *', '*/10 * * * *'], '*/2 * * * *'],
    [[''], ''],
  ])('merges the schedules %j into %j', (schedules, common) => {
    expect(withSchedules(...schedules)).toBe(common);
  });

  it.each(['0 3 * * *', '*/0 * * * *', '1-5 * * * *', 'nonsense'])('refuses to merge the schedule %j', (schedule) => {
    expect(() => minutesBetween(schedule)).toThrow(`The schedule ${schedule} must be of the form`);
  });

  it('refuses to merge functions of different sizes, and names them', () => {
    const [first, ...rest] = declared.functions;
    if (!first) throw new Error('no function');
    const uneven = { ...declared, functions: [{ ...first, specification: 's-2vcpu-2gb' }, ...rest] };
    expect(() => declarationFor(uneven, 'compact')).toThrow(
      'needs the same specification for auth, users, complaints, docs',
    );
  });
});

describe('a function that is added to appwrite.json', () => {
  const [job] = jobs;
  if (!job) throw new Error('no job');
  const added: DeclaredFunction = {
    ...job,
    ...{ $id: 'notifications', schedule: '* * * * *', scopes: ['users.write', 'messages.write'] },
    events: ['databases.main.tables.outbox.rows.*.create'],
  };
  const functions = [...declared.functions.filter(({ $id }) => $id !== added.$id), added];
  const [, merged] = declarationFor({ ...declared, functions }, 'compact').functions;

  it('becomes a part of background, with its events, schedule and scopes, when no client calls it', () => {
    expect(merged?.parts).toContain('notifications');
    expect(merged?.events).toContain('databases.main.tables.outbox.rows.*.create');
    expect(merged?.scopes).toEqual(expect.arrayContaining(['users.write', 'messages.write', 'files.write']));
    expect(merged?.schedule).toBe('* * * * *');
  });

  it('gives background the token secret only when it signs with it', () => {
    const without = declarationFor({ ...declared, functions: functions.filter((fn) => fn !== added) }, 'compact')
      .functions[1];
    expect([merged, without].map((fn) => fn && needsSecret(fn))).toEqual([true, false]);
    expect(compact.functions.map(needsSecret)[0]).toBe(true);
  });
});

describe('a layout', () => {
  it('does not change tables and buckets', () => {
    const { functions, layout, others, ...rest } = compact;
    const { functions: groups, ...project } = declared;
    expect(rest).toEqual(project);
    expect({ layout, others, api: functions.length }).toEqual({ layout: 'compact', others: groups, api: 2 });
  });

  it('is read from an option, and refused when the name is unknown', () => {
    expect([readLayout('groups'), readLayout('compact'), readLayout(undefined)]).toEqual([
      'groups',
      'compact',
      undefined,
    ]);
    expect(() => readLayout('one')).toThrow(UsageError);
  });

  it('is recognised by any of its functions', () => {
    expect(layoutsOf(['auth', 'strange'], declared)).toEqual(['groups']);
    expect(layoutsOf(['background'], declared)).toEqual(['compact']);
    expect(layoutsOf(['auth', 'api'], declared)).toEqual(['groups', 'compact']);
    expect(layoutsOf([], declared)).toEqual([]);
  });

  it('knows the function of a path', () => {
    expect(functionFor('groups', '/user/role')).toBe('users');
    expect(functionFor('groups', '/openapi.json')).toBe('docs');
    expect(functionFor('compact', '/user/role')).toBe('api');
    expect(originPaths('compact')).toEqual({ '/': 'api' });
  });
});

describe('a burst of executions', () => {
  const runs = (...times: number[]) => times.map((ms) => ({ ms, served: true }));
  it('is good when all are served within 6 s', () => {
    expect(burstFinding(runs(30, 40, 5_000))).toMatchObject({
      level: 'good',
      text: expect.stringContaining('median 40'),
    });
  });
  it('is a warning when one hangs or is not served', () => {
    expect(burstFinding(runs(30, 40, 6_500))).toMatchObject({
      level: 'warning',
      text: expect.stringContaining('_APP_WORKER_PER_CORE'),
    });
    expect(burstFinding([...runs(30), { ms: 20, served: false }]).level).toBe('warning');
  });
});
