import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from 'bcryptjs';
import { Query } from 'node-appwrite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAdmin } from '#scripts/admin/commands.ts';
import { explain, UsageError } from '#scripts/project/command.ts';
import { connect } from '#scripts/project/connect.ts';
import type { ProcessResult } from '#scripts/project/process-result.ts';
import { findByUsername } from '#shared/appwrite/accounts.ts';
import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import { makeDeliveries, recordDelivery } from '#shared/appwrite/deliveries.ts';
import { complaintIdAt, randomId } from '#shared/domain/ids.ts';
import { runScript, variablesOf } from '../support/run-script.ts';
import { useProject } from './support/project.ts';

const project = useProject('tables');
const folder = mkdtempSync(join(tmpdir(), 'complaints-admin-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The command as a process of its own. */
const spawnAdmin = (...args: string[]) => runScript('admin', args, variablesOf(project.target));

/** The command within this process, without the parsing of options; ends as the process would. */
async function admin(...words: string[]): Promise<ProcessResult> {
  const retry = words.includes('--retry');
  const open = async () => connect(project.target);
  try {
    const output = await runAdmin(
      words.filter((word) => word !== '--retry'),
      { retry, open },
    );
    return { code: 0, output: output === '' ? '' : `${output}\n` };
  } catch (error) {
    return { code: error instanceof UsageError ? 2 : 1, output: explain(error) };
  }
}

const now = () => new Date().toISOString();

async function makeAccount(name = 'Ada', role = 'user'): Promise<string> {
  const username = `ada${randomBytes(5).toString('hex')}`;
  const rest = { phone: null, role, epoch: randomId(), registeredAt: now(), changedAt: now(), revoked: '[]' };
  await connect(project.target).store.users.insert(randomId(), { username, name, passwordHash: 'none', ...rest });
  return username;
}

const accountOf = (username: string) => findByUsername(connect(project.target).store, username);

describe('npm run admin', () => {
  it('grants a role, lists it, and takes it back', async () => {
    const username = await makeAccount();
    expect(await spawnAdmin('grant', username, 'staff')).toEqual({ code: 0, output: `${username} is staff now.\n` });
    expect((await spawnAdmin('list')).output).toContain(`staff  ${username}`);
    await admin('revoke', username);
    expect((await accountOf(username))?.role).toBe('user');
  });

  it('escapes control and direction characters in a name that was typed in the console', async () => {
    await makeAccount('Eve\u009b2J\u001b[31m\u202e\u200b', 'staff');
    const { output } = await admin('list');
    expect(output).toContain('Eve\\u{9b}2J\\u{1b}[31m\\u{202e}\\u{200b}');
    for (const raw of ['\u001b', '\u009b', '\u202e']) expect(output).not.toContain(raw);
  });

  it('refuses an unknown role and an unknown username', async () => {
    expect(await admin('grant', await makeAccount(), 'king')).toMatchObject({ code: 2 });
    const nobody = await spawnAdmin('reset-password', 'nobody-at-all');
    expect(nobody).toMatchObject({ code: 1 });
    expect(nobody.output).toContain('There is no account');
  });

  it('lists waiting and failed deliveries without personal data, and retries the failed ones', async () => {
    const { store } = connect(project.target);
    const mail = {
      channel: 'mail',
      kind: 'password.changed',
      outboxId: randomId(),
      at: now(),
      address: 'ada@example.org',
    } as const;
    const [id = ''] = await makeDeliveries(store, [{ ...mail, dueAt: new Date() }]);
    const row = await store.deliveries.find(id);
    if (row)
      await recordDelivery(store, row, { status: 'failed', reason: 'It was refused.', attempts: 7, dueAt: new Date() });
    const shown = await admin('deliveries');
    expect(shown.output).toMatch(/1 failed/);
    expect(shown.output).toContain(`${id} mail    password.changed       7 attempts`);
    expect(shown.output).toContain('It was refused.');
    expect(shown.output).not.toContain('example.org');
    expect((await project.findings('warning')).join('\n')).toContain('1 have failed: npm run admin -- deliveries');
    expect((await spawnAdmin('deliveries', '--retry')).output).toContain('1 failed deliveries are tried again.');
    expect(await store.deliveries.find(id)).toMatchObject({ status: 'pending', attempts: 1, handedAt: null });
    const again = await store.deliveries.find(id);
    const stuck = { status: 'sent', messageId: `${id}-0`, at: '2026-01-01T00:00:00.000Z', version: 9 };
    if (again) await store.deliveries.replace(again, stuck);
    expect((await project.findings('warning')).join('\n')).toContain(
      '1 have messages that Messaging has not let go of',
    );
    await store.deliveries.remove(id);
  });

  it('resets a password to a random one that it prints once, and ends all sessions', async () => {
    const username = await makeAccount();
    const before = await accountOf(username);
    const { output } = await admin('reset-password', username);
    const [, password = ''] = /is (\S+)/.exec(output) ?? [];
    const after = await accountOf(username);
    expect(await compare(password, after?.passwordHash ?? '')).toBe(true);
    expect(after?.epoch).not.toBe(before?.epoch);
  });
});

describe('npm run admin -- categories', () => {
  const fileOf = (text: string) => {
    const file = join(folder, `${randomId()}.csv`);
    writeFileSync(file, text);
    return file;
  };
  const find = (id: string) => connect(project.target).store.categories.find(id);

  it('creates and changes the categories in a file, and leaves columns alone that the file lacks', async () => {
    const [grace, linus] = [await makeAccount(), await makeAccount()];
    await Promise.all([admin('grant', grace, 'staff'), admin('grant', linus)]);
    const all = `id;name;assignee;hoursToAcknowledge;daysUntilOverdue;escalateTo
ice;"Ice; snow";${grace.toUpperCase()};4;2;"${grace}, ${linus}"`;
    expect(await admin('categories', 'import', fileOf(`\uFEFF${all}\n`))).toEqual({
      code: 0,
      output: '1 categories made, 0 changed.\n',
    });
    const ice = { name: 'Ice; snow', assignee: grace, hoursToAcknowledge: 4, daysUntilOverdue: 2 };
    expect(await find('ice')).toMatchObject({ ...ice, escalateTo: `${grace},${linus}` });
    await admin('categories', 'import', fileOf('id,daysUntilOverdue,escalateTo\nice,,\n'));
    expect(await find('ice')).toMatchObject({ ...ice, daysUntilOverdue: null, escalateTo: null });
    const listed = (await admin('categories', 'list')).output;
    expect(listed.split('\n')[0]).toBe('id,name,assignee,hoursToAcknowledge,daysUntilOverdue,escalateTo');
    expect(listed).toContain(`ice,Ice; snow,${grace},4,,\n`);
    // An id that only the console can give.
    const rowId = 'Parks.North';
    await project.remote.tables.createRow({
      databaseId: 'main',
      tableId: 'categories',
      rowId,
      data: { name: 'Parks' },
    });
    await admin('categories', 'import', fileOf(`id,name\n${rowId},Parks in the north\n`));
    const renamed = (await admin('categories', 'list')).output;
    expect(renamed).toContain(`${rowId},Parks in the north,`);
    expect(await admin('categories', 'import', fileOf(renamed))).toMatchObject({ code: 0 });
    expect((await admin('categories', 'list')).output).toBe(renamed);
    await project.remote.tables.deleteRows({
      databaseId: 'main',
      tableId: 'categories',
      queries: [Query.equal('$id', rowId)],
    });
    expect(await admin('categories', 'import', fileOf(listed))).toMatchObject({ code: 0 });
    expect((await admin('categories', 'list')).output).toBe(listed);
  });

  it('reports each mistake with its line and writes the other rows', async () => {
    const user = await makeAccount();
    const rows = [
      'fog,Fog,,2,3,',
      ',No id,,,,',
      'Big One,Capitals,,,,',
      'fog,Again,,,,',
      'none,None,,,,',
      'hail,,,,,',
      'hail,Hail,,0,,',
      'storm,Storm,,,1.5,',
      `wind,Wind,${user},,,`,
      'sleet,Sleet,,,,"nobody-here"',
      'rain,Rain,,,,a,b,c',
      'frost,Frost,,,9,',
    ];
    const file = fileOf(['id,name,assignee,hoursToAcknowledge,daysUntilOverdue,escalateTo', ...rows].join('\n'));
    const { code, output } = await admin('categories', 'import', file);
    expect(code).toBe(1);
    const lines = output.trim().split('\n');
    expect(lines.slice(0, -2).map((line) => /^Line (\d+): (.*)\.$/.exec(line)?.slice(1))).toEqual([
      ['3', 'id is missing, or the line has more cells than the first'],
      ['4', 'id Big One must have 1 to 36 of a-z, 0-9, _ and -, a letter or digit first'],
      ['5', 'id fog is there twice'],
      ['6', 'id none stands for complaints without a category'],
      ['7', 'name must have 1 to 100 characters'],
      ['8', 'id hail is there twice'],
      ['9', 'daysUntilOverdue must be a whole number from 1 to 3650, or empty'],
      ['10', `assignee: ${user} is not staff`],
      ['11', 'escalateTo: nobody-here is not staff'],
      ['12', 'id is missing, or the line has more cells than the first'],
    ]);
    expect(lines.slice(-2)).toEqual(['2 categories made, 0 changed.', '10 of 12 lines were left out.']);
    expect([(await find('fog'))?.hoursToAcknowledge, (await find('frost'))?.daysUntilOverdue]).toEqual([2, 9]);
    expect(await find('wind')).toBeUndefined();
  });

  it.each([
    ['name\nFog\n', 'id is one of them'],
    ['id,name,colour\nfog,Fog,grey\n', 'colour: no such column'],
    ['id,name\nfog,"Fog\n', 'is no CSV'],
    ['', 'id is one of them'],
  ])('refuses a file that cannot be read as a whole: %j', async (text, told) => {
    const refused = await admin('categories', 'import', fileOf(text));
    expect(refused.code).toBe(2);
    expect(refused.output).toContain(told);
  });

  it('prints its usage', async () => {
    const refused = await spawnAdmin('categories');
    expect(refused).toMatchObject({ code: 2, output: expect.stringContaining('Usage: npm run admin') });
    expect(await admin('categories', 'import')).toMatchObject({ code: 2 });
  });
});

describe('npm run admin -- export', () => {
  const count = 230;
  beforeAll(async () => {
    const rows = Array.from({ length: count }, (_, at) => complaint(at));
    for (let at = 0; at < count; at += 100) {
      const page = { databaseId: 'main', tableId: 'complaints', rows: rows.slice(at, at + 100) };
      await project.remote.tables.createRows(page);
    }
    const [{ $id = '' } = {}] = rows;
    const entries = [
      { number: 2, kind: 'status', status: 'resolved', note: '=2+2', internalNote: 'Seen.' },
      { number: 1, kind: 'created', status: 'created', note: null, internalNote: null },
    ].map((entry) => ({
      ...{ $id: randomId(), complaintId: $id, byId: 'r', byName: 'ada', role: 'user', progress: 0, internal: false },
      ...entry,
    }));
    await project.remote.tables.createRows({ databaseId: 'main', tableId: 'timeline', rows: entries });
  });

  it('writes every complaint once as JSON lines, hidden ones too, oldest first', async () => {
    const file = join(folder, 'all.jsonl');
    expect((await admin('export', file)).output).toContain(`${count} complaints`);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const found = lines.map((line): { title: string; hidden: boolean } => JSON.parse(line));
    expect(found.map(({ title }) => title)).toEqual(Array.from({ length: count }, (_, at) => titleOf(at)));
    expect(found.some(({ hidden }) => hidden)).toBe(true);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      reference: '2026-000001-1',
      outcome: 'fixed',
      entries: [{ kind: 'created' }, { kind: 'status', by: 'ada', note: '=2+2', internalNote: 'Seen.' }],
    });
  });

  it('writes a CSV that no spreadsheet runs as a formula', async () => {
    const file = join(folder, 'all.csv');
    await admin('export', file);
    const text = readFileSync(file, 'utf8');
    expect(text.split('\n')[0]).toContain('id,reference,filedAt,changedAt');
    expect(text).toContain('status by ada, resolved 0 %; note: =2+2; internalNote: Seen.');
    expect(text).toContain(`'=1+1`);
    expect(text).not.toContain(',=1+1');
    expect(text).toContain('"a ""quoted"", comma"');
  });

  it('writes a file that only its owner can read, even over one that others could read', async () => {
    for (const name of ['new.jsonl', 'old.csv']) {
      const file = join(folder, name);
      if (name === 'old.csv') writeFileSync(file, '', { mode: 0o644 });
      await admin('export', file);
      expect([name, statSync(file).mode & 0o777]).toEqual([name, 0o600]);
    }
  });

  it('refuses any other file type', async () => {
    expect(await admin('export', join(folder, 'all.xlsx'))).toMatchObject({ code: 2 });
  });
});

const titleOf = (at: number) => (at === 7 ? '=1+1' : at === 8 ? 'a "quoted", comma' : `Complaint ${at}`);

function complaint(at: number) {
  const time = new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString();
  const $id = complaintIdAt(new Date(time));
  return {
    $id,
    title: titleOf(at),
    description: 'x',
    ...(at === 0 ? { reference: '2026-000001-1', outcome: 'fixed' } : {}),
    ...{
      anonymous: false,
      reporterId: 'r',
      reporterName: 'ada',
      status: 'created',
      progress: 0,
      hidden: at % 10 === 0,
    },
    ...{ touched: false, images: '[]', version: 1, filedAt: time, changedAt: time },
    ...listColumns($id, { changedAt: time, overdueAt: null, category: null, assignedTo: null }),
  };
}
