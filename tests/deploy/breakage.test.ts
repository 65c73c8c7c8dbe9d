import { describe, expect, it } from 'vitest';
import { checkDrift } from '#scripts/doctor/drift.ts';
import type { LayoutDeclaration } from '#scripts/project/layout.ts';
import { useProject } from './support/project.ts';
import { idOfVariable } from './support/variables.ts';

const project = useProject();
const place = { databaseId: 'main', tableId: 'categories' };

/** The declaration of the project with one change. */
function declaredWith(change: (declared: LayoutDeclaration) => void): LayoutDeclaration {
  const declared = structuredClone(project.declared);
  change(declared);
  return declared;
}

async function settled(...subjects: string[]): Promise<void> {
  const { refusal } = await project.deploy();
  expect(refusal).toBe('');
  const findings = await project.findingsOf(checkDrift);
  expect(findings.filter((complaint) => subjects.some((subject) => complaint.startsWith(subject)))).toEqual([]);
}

describe('a change made by hand', () => {
  it('is found and undone: a column, an index, and grants to clients on a table and on the bucket', async () => {
    await project.remote.tables.deleteColumn({ ...place, key: 'assignee' });
    await project.remote.tables.deleteIndex({ databaseId: 'main', tableId: 'limits', key: 'expiresAt' });
    const tables = { databaseId: 'main', tableId: 'users', name: 'Accounts', permissions: ['read("any")'] };
    await project.remote.tables.updateTable(tables);
    await project.remote.storage.updateBucket({
      bucketId: 'media',
      name: 'Complaint photos',
      permissions: ['read("users")'],
    });
    const findings = await project.findingsOf(checkDrift);
    expect(findings).toContain('column categories.assignee: is missing');
    expect(findings).toContain('index limits.expiresAt: is missing');
    expect(findings).toContain('table users: $permissions is ["read(\\"any\\")"], declared is []');
    expect(findings).toContain('bucket media: $permissions is ["read(\\"users\\")"], declared is []');
    expect(findings.find((text) => text.startsWith('bucket media: maximumFileSize'))).toContain('30000000');
    await settled('column', 'index', 'table', 'bucket');
    const { rows } = await project.remote.tables.listRows(place);
    expect(rows.map(({ name }) => name)).toContain('Street lighting');
  });

  it('is found and undone: scopes, execute, events and schedule of functions, without a new deployment', async () => {
    const lost = { 'media-cleanup': 'events is []', maintenance: 'schedule is ""' };
    const ids = Object.keys(lost) as (keyof typeof lost)[];
    const functions = () => Promise.all(ids.map((functionId) => project.remote.functions.get({ functionId })));
    const before = await functions();
    for (const id of ids) {
      const opened = { name: id, execute: ['any'], scopes: ['users.write'], events: [], schedule: '' };
      await project.remote.send('put', `/functions/${id}`, opened);
    }
    const findings = await project.findingsOf(checkDrift);
    for (const id of ids) {
      const complaint = findings.find((text) => text.startsWith(`function ${id}`));
      for (const setting of ['execute is ["any"]', 'scopes is ["users.write"]', lost[id]]) {
        expect(complaint).toContain(setting);
      }
    }
    await settled('function');
    const kept = before.map(({ events, schedule, deploymentId }) => ({ execute: [], events, schedule, deploymentId }));
    expect(await functions()).toMatchObject(kept);
  });

  it('is found and undone: a variable that the deployment can compute, with a new deployment', async () => {
    const variable = await idOfVariable(project, 'complaints', 'PUBLIC_ENDPOINT');
    await project.remote.functions.deleteVariable({ functionId: 'complaints', variableId: variable });
    expect(await project.findingsOf(checkDrift)).toContain('variable complaints.PUBLIC_ENDPOINT: is missing');
    const { deploymentId } = await project.remote.functions.get({ functionId: 'complaints' });
    await settled('variable');
    expect((await project.remote.functions.get({ functionId: 'complaints' })).deploymentId).not.toBe(deploymentId);
  });
});

describe('a unique index', () => {
  const declared = () =>
    declaredWith(({ tables }) => {
      const categories = tables.find(({ $id }) => $id === 'categories');
      categories?.indexes.push({ key: 'byName', type: 'unique', columns: ['name'], orders: ['ASC'] });
    });

  it('is not created while rows have equal values, since it would enforce nothing', async () => {
    const { rows } = await project.remote.tables.listRows(place);
    const [{ $id, $sequence, $createdAt, $updatedAt, $permissions, ...known } = { $id: '' }] = rows;
    const data = Object.fromEntries(Object.entries(known).filter(([key]) => !key.startsWith('$')));
    await project.remote.tables.createRow({
      ...place,
      rowId: 'twin',
      data: { ...data, name: String(data.name).toUpperCase() },
    });
    project.newWrites();
    const blocked = await project.deploy({ declared: declared() });
    expect(blocked.output).toContain(`would enforce nothing: rows with equal name: ${$id} and twin`);
    expect(blocked.refusal).toContain('Nothing was changed');
    expect(project.newWrites()).toEqual([]);

    const index = { key: 'byName', type: 'unique', columns: ['name'], orders: ['ASC'] };
    await project.remote.send('post', '/tablesdb/main/tables/categories/indexes', index);
    const late = await project.deploy({ declared: declared() });
    expect(late.output).toContain(`enforces nothing: rows with equal name: ${$id} and twin`);
    await project.remote.tables.deleteRow({ ...place, rowId: 'twin' });
    await project.remote.tables.deleteIndex({ ...place, key: 'byName' });
    expect((await project.deploy({ declared: declared() })).refusal).toBe('');
    expect((await project.deploy({ allowDestructive: true })).refusal).toBe('');
  });
});

describe('something undeclared', () => {
  it('is kept with a notice, and removed only with --allow-destructive', async () => {
    await project.remote.tables.createStringColumn({ ...place, key: 'colour', size: 20, required: false });
    await project.remote.tables.createTable({ databaseId: 'main', tableId: 'notes', name: 'Notes' });
    const kept = await project.deploy();
    expect(kept).toMatchObject({ changes: 0, refusal: '' });
    expect(kept.output).toContain('column categories.colour is not declared (kept; --allow-destructive would lose');
    expect(await project.findingsOf(checkDrift, 'warning')).toContain('table notes: is not declared');
    const lost = await project.deploy({ allowDestructive: true });
    expect(lost.output).toContain('loses the values of colour in 6 rows');
    expect(lost.output).toContain('loses the table and 0 rows');
    expect(lost.refusal).toBe('');
    const { tables } = await project.remote.tables.listTables({ databaseId: 'main' });
    expect(tables.map(({ $id }) => $id)).not.toContain('notes');
  });

  it('is not restored: categories that an admin deleted, once there are accounts', async () => {
    const { rows } = await project.remote.tables.listRows(place);
    const users = { databaseId: 'main', tableId: 'users', rowId: 'somebody' };
    const dates = { registeredAt: new Date().toISOString(), changedAt: new Date().toISOString() };
    const data = { username: 'somebody', name: 'S', passwordHash: 'x', role: 'user', epoch: '0', ...dates };
    await project.remote.tables.createRow({ ...users, data });
    for (const { $id: rowId } of rows) await project.remote.tables.deleteRow({ ...place, rowId });
    expect(await project.deploy()).toMatchObject({ changes: 0, refusal: '' });
    await project.remote.tables.deleteRow(users);
    expect(await project.deploy()).toMatchObject({ changes: 1, refusal: '' });
  });

  it('is kept: variables that an admin added', async () => {
    const own = { functionId: 'docs', variableId: 'own', key: 'OWN', value: '1', secret: false };
    await project.remote.functions.createVariable(own);
    await project.deploy({ allowDestructive: true });
    expect(await idOfVariable(project, 'docs', 'OWN')).toBe('own');
  });
});

describe('a declaration that has changed', () => {
  it('widens and narrows a column without asking, since no value is lost', async () => {
    const declared = declaredWith(({ tables }) => {
      const name = tables.find(({ $id }) => $id === 'categories')?.columns.find(({ key }) => key === 'name');
      Object.assign(name ?? {}, { size: 120, required: false });
    });
    expect(await project.deploy({ declared })).toMatchObject({ changes: 1, refusal: '' });
    expect(await project.deploy()).toMatchObject({ changes: 1, refusal: '' });
    const { rows } = await project.remote.tables.listRows(place);
    expect(rows.every(({ name }) => typeof name === 'string')).toBe(true);
  });

  it('is refused by Appwrite where values would no longer fit', async () => {
    const declared = declaredWith(({ tables }) => {
      const name = tables.find(({ $id }) => $id === 'categories')?.columns.find(({ key }) => key === 'name');
      Object.assign(name ?? {}, { size: 3 });
    });
    expect((await project.deploy({ declared })).refusal).toContain('Existing data is too large');
    expect(await project.findingsOf(checkDrift)).toEqual([]);
  });

  it('stops the deployment where a column would have to be created again', async () => {
    const declared = declaredWith(({ tables }) => {
      const days = tables
        .find(({ $id }) => $id === 'categories')
        ?.columns.find(({ key }) => key === 'daysUntilOverdue');
      Object.assign(days ?? {}, { type: 'double' });
    });
    project.newWrites();
    const { refusal } = await project.deploy({ declared });
    expect(refusal).toContain('column categories.daysUntilOverdue: the values of daysUntilOverdue in 6 rows');
    expect(project.newWrites()).toEqual([]);
    expect((await project.deploy({ declared, allowDestructive: true })).refusal).toBe('');
    expect((await project.deploy({ allowDestructive: true })).refusal).toBe('');
  });

  it('fails with the build log when a build fails, and the previous deployment stays active', async () => {
    const { deploymentId } = await project.remote.functions.get({ functionId: 'docs' });
    const declared = declaredWith(({ functions }) => {
      const docs = functions.find(({ $id }) => $id === 'docs');
      if (docs) docs.commands = 'echo the reason is in here && exit 3';
    });
    const { refusal } = await project.deploy({ declared });
    expect(refusal).toContain('The build of docs ended as failed');
    expect(refusal).toContain('the reason is in here');
    expect((await project.remote.functions.get({ functionId: 'docs' })).deploymentId).toBe(deploymentId);
    expect(await project.findingsOf(checkDrift)).not.toEqual([]);
    await settled('function');
  });
});
