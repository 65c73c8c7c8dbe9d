import { describe, expect, it } from 'vitest';
import type { LayoutDeclaration } from '#scripts/project/layout.ts';
import { useProject } from './support/project.ts';
import { idOfVariable } from './support/variables.ts';

const world = useProject();
const place = { databaseId: 'main', tableId: 'categories' };

/** The declaration of the project with one change. */
function declaredWith(change: (declared: LayoutDeclaration) => void): LayoutDeclaration {
  const declared = structuredClone(world.declared);
  change(declared);
  return declared;
}

async function settled(...subjects: string[]): Promise<void> {
  const { refusal } = await world.deploy();
  expect(refusal).toBe('');
  const complaints = await world.complaints();
  expect(complaints.filter((complaint) => subjects.some((subject) => complaint.startsWith(subject)))).toEqual([]);
}

describe('a change made by hand', () => {
  it('is found and undone: a column, an index, and grants to clients on a table and on the bucket', async () => {
    await world.remote.tables.deleteColumn({ ...place, key: 'assignee' });
    await world.remote.tables.deleteIndex({ databaseId: 'main', tableId: 'limits', key: 'expiresAt' });
    const tables = { databaseId: 'main', tableId: 'users', name: 'Accounts', permissions: ['read("any")'] };
    await world.remote.tables.updateTable(tables);
    await world.remote.storage.updateBucket({
      bucketId: 'media',
      name: 'Complaint photos',
      permissions: ['read("users")'],
    });
    const complaints = await world.complaints();
    expect(complaints).toContain('column categories.assignee: is missing');
    expect(complaints).toContain('index limits.expiresAt: is missing');
    expect(complaints).toContain('table users: $permissions is ["read(\\"any\\")"], declared is []');
    expect(complaints).toContain('bucket media: $permissions is ["read(\\"users\\")"], declared is []');
    expect(complaints.find((text) => text.startsWith('bucket media: maximumFileSize'))).toContain('30000000');
    await settled('column', 'index', 'table', 'bucket');
    const { rows } = await world.remote.tables.listRows(place);
    expect(rows.map(({ name }) => name)).toContain('Street lighting');
  });

  it('is found and undone: scopes, execute, events and schedule of functions, without a new deployment', async () => {
    const lost = { 'media-cleanup': 'events is []', maintenance: 'schedule is ""' };
    const ids = Object.keys(lost) as (keyof typeof lost)[];
    const functions = () => Promise.all(ids.map((functionId) => world.remote.functions.get({ functionId })));
    const before = await functions();
    for (const id of ids) {
      const opened = { name: id, execute: ['any'], scopes: ['users.write'], events: [], schedule: '' };
      await world.remote.send('put', `/functions/${id}`, opened);
    }
    const complaints = await world.complaints();
    for (const id of ids) {
      const complaint = complaints.find((text) => text.startsWith(`function ${id}`));
      for (const setting of ['execute is ["any"]', 'scopes is ["users.write"]', lost[id]]) {
        expect(complaint).toContain(setting);
      }
    }
    await settled('function');
    const kept = before.map(({ events, schedule, deploymentId }) => ({ execute: [], events, schedule, deploymentId }));
    expect(await functions()).toMatchObject(kept);
  });

  it('is found and undone: a variable that the deployment can compute, with a new deployment', async () => {
    const variable = await idOfVariable(world, 'complaints', 'PUBLIC_ENDPOINT');
    await world.remote.functions.deleteVariable({ functionId: 'complaints', variableId: variable });
    expect(await world.complaints()).toContain('variable complaints.PUBLIC_ENDPOINT: is missing');
    const { deploymentId } = await world.remote.functions.get({ functionId: 'complaints' });
    await settled('variable');
    expect((await world.remote.functions.get({ functionId: 'complaints' })).deploymentId).not.toBe(deploymentId);
  });
});

describe('a unique index', () => {
  const declared = () =>
    declaredWith(({ tables }) => {
      const categories = tables.find(({ $id }) => $id === 'categories');
      categories?.indexes.push({ key: 'byName', type: 'unique', columns: ['name'], orders: ['ASC'] });
    });

  it('is not created while rows have equal values, since it would enforce nothing', async () => {
    const { rows } = await world.remote.tables.listRows(place);
    const [{ $id, $sequence, $createdAt, $updatedAt, $permissions, ...known } = { $id: '' }] = rows;
    const data = Object.fromEntries(Object.entries(known).filter(([key]) => !key.startsWith('$')));
    await world.remote.tables.createRow({
      ...place,
      rowId: 'twin',
      data: { ...data, name: String(data.name).toUpperCase() },
    });
    world.writes();
    const blocked = await world.deploy({ declared: declared() });
    expect(blocked.output).toContain(`would enforce nothing: rows with equal name: ${$id} and twin`);
    expect(blocked.refusal).toContain('Nothing was changed');
    expect(world.writes()).toEqual([]);

    const index = { key: 'byName', type: 'unique', columns: ['name'], orders: ['ASC'] };
    await world.remote.send('post', '/tablesdb/main/tables/categories/indexes', index);
    const late = await world.deploy({ declared: declared() });
    expect(late.output).toContain(`enforces nothing: rows with equal name: ${$id} and twin`);
    await world.remote.tables.deleteRow({ ...place, rowId: 'twin' });
    await world.remote.tables.deleteIndex({ ...place, key: 'byName' });
    expect((await world.deploy({ declared: declared() })).refusal).toBe('');
    expect((await world.deploy({ allowDestructive: true })).refusal).toBe('');
  });
});

describe('something undeclared', () => {
  it('is kept with a notice, and removed only with --allow-destructive', async () => {
    await world.remote.tables.createStringColumn({ ...place, key: 'colour', size: 20, required: false });
    await world.remote.tables.createTable({ databaseId: 'main', tableId: 'notes', name: 'Notes' });
    const kept = await world.deploy();
    expect(kept).toMatchObject({ changes: 0, refusal: '' });
    expect(kept.output).toContain('column categories.colour is not declared (kept; --allow-destructive would lose');
    expect(await world.complaints('warning')).toContain('table notes: is not declared');
    const lost = await world.deploy({ allowDestructive: true });
    expect(lost.output).toContain('loses the values of colour in 6 rows');
    expect(lost.output).toContain('loses the table and 0 rows');
    expect(lost.refusal).toBe('');
    const { tables } = await world.remote.tables.listTables({ databaseId: 'main' });
    expect(tables.map(({ $id }) => $id)).not.toContain('notes');
  });

  it('is not restored: categories that an admin deleted, once there are accounts', async () => {
    const { rows } = await world.remote.tables.listRows(place);
    const users = { databaseId: 'main', tableId: 'users', rowId: 'somebody' };
    const dates = { registeredAt: new Date().toISOString(), changedAt: new Date().toISOString() };
    const data = { username: 'somebody', name: 'S', passwordHash: 'x', role: 'user', epoch: '0', ...dates };
    await world.remote.tables.createRow({ ...users, data });
    for (const { $id: rowId } of rows) await world.remote.tables.deleteRow({ ...place, rowId });
    expect(await world.deploy()).toMatchObject({ changes: 0, refusal: '' });
    await world.remote.tables.deleteRow(users);
    expect(await world.deploy()).toMatchObject({ changes: 1, refusal: '' });
  });

  it('is kept: variables that an admin added', async () => {
    const own = { functionId: 'docs', variableId: 'own', key: 'OWN', value: '1', secret: false };
    await world.remote.functions.createVariable(own);
    await world.deploy({ allowDestructive: true });
    expect(await idOfVariable(world, 'docs', 'OWN')).toBe('own');
  });
});

describe('a declaration that has changed', () => {
  it('widens and narrows a column without asking, since no value is lost', async () => {
    const declared = declaredWith(({ tables }) => {
      const name = tables.find(({ $id }) => $id === 'categories')?.columns.find(({ key }) => key === 'name');
      Object.assign(name ?? {}, { size: 120, required: false });
    });
    expect(await world.deploy({ declared })).toMatchObject({ changes: 1, refusal: '' });
    expect(await world.deploy()).toMatchObject({ changes: 1, refusal: '' });
    const { rows } = await world.remote.tables.listRows(place);
    expect(rows.every(({ name }) => typeof name === 'string')).toBe(true);
  });

  it('is refused by Appwrite where values would no longer fit', async () => {
    const declared = declaredWith(({ tables }) => {
      const name = tables.find(({ $id }) => $id === 'categories')?.columns.find(({ key }) => key === 'name');
      Object.assign(name ?? {}, { size: 3 });
    });
    expect((await world.deploy({ declared })).refusal).toContain('Existing data is too large');
    expect(await world.complaints()).toEqual([]);
  });

  it('stops the deployment where a column would have to be created again', async () => {
    const declared = declaredWith(({ tables }) => {
      const days = tables
        .find(({ $id }) => $id === 'categories')
        ?.columns.find(({ key }) => key === 'daysUntilOverdue');
      Object.assign(days ?? {}, { type: 'double' });
    });
    world.writes();
    const { refusal } = await world.deploy({ declared });
    expect(refusal).toContain('column categories.daysUntilOverdue: the values of daysUntilOverdue in 6 rows');
    expect(world.writes()).toEqual([]);
    expect((await world.deploy({ declared, allowDestructive: true })).refusal).toBe('');
    expect((await world.deploy({ allowDestructive: true })).refusal).toBe('');
  });

  it('fails with the build log when a build fails, and the previous deployment stays active', async () => {
    const { deploymentId } = await world.remote.functions.get({ functionId: 'docs' });
    const declared = declaredWith(({ functions }) => {
      const docs = functions.find(({ $id }) => $id === 'docs');
      if (docs) docs.commands = 'echo the reason is in here && exit 3';
    });
    const { refusal } = await world.deploy({ declared });
    expect(refusal).toContain('The build of docs ended as failed');
    expect(refusal).toContain('the reason is in here');
    expect((await world.remote.functions.get({ functionId: 'docs' })).deploymentId).toBe(deploymentId);
    expect(await world.complaints()).not.toEqual([]);
    await settled('function');
  });
});
