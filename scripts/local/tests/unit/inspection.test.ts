import { ID } from 'node-appwrite';
import { InputFile } from 'node-appwrite/file';
import { afterEach, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/cli.ts';
import { send } from '../support/send.ts';
import { echo } from './support/echo.ts';
import { useLocalAppwrite } from './support/harness.ts';
import { refusal } from './support/refusal.ts';

const server = useLocalAppwrite({ functions: { echo } });
const main = { databaseId: 'main', tableId: 'notes' };
const ask = (...words: string[]) => runCommand(server.appwrite.url, words);

afterEach(() => server.appwrite.faults.clear());

const note = (rowId: string) => server.tables.createRow({ ...main, rowId, data: { title: rowId } });

describe('the command line', () => {
  it('shows an overview, rows and files', async () => {
    const id = ID.unique();
    await note(id);
    const file = InputFile.fromBuffer(Buffer.from('x'), 'seen.txt');
    await server.storage.createFile({ bucketId: 'pictures', fileId: id, file });
    const seen = JSON.parse(await ask('look'));
    expect(seen).toMatchObject({
      project: 'test',
      functions: { echo: { process: expect.toBeOneOf([null, expect.any(Number)]) } },
    });
    expect(seen.tables['main/notes'].rows).toBeGreaterThan(0);
    expect(JSON.parse(await ask('look', 'main/notes')).rows[0]).toMatchObject({ $id: id, title: id });
    expect(JSON.parse(await ask('look', 'pictures')).files[0]).toMatchObject({ $id: id, name: 'seen.txt' });
  });

  it('shows calls with decoded queries', async () => {
    const queries = ['{"method":"equal","attribute":"title","values":["ä b"]}', '{"method":"limit","values":[1]}'];
    await server.tables.listRows({ ...main, queries });
    await refusal(server.tables.getRow({ ...main, rowId: 'none' }));
    const [listed, missed] = (await ask('calls', '2')).split('\n');
    expect(listed).toMatch(
      /^200 {2}GET {5}tablesdb\/main\/tables\/notes\/rows {2}equal\(title, "ä b"\) limit\(1\) {2}\d+\.\d ms$/,
    );
    expect(missed).toMatch(/^404 {2}GET {5}tablesdb\/main\/tables\/notes\/rows\/none {2}\d+\.\d ms {2}row_not_found$/);
  });

  it('adds, lists and removes faults', async () => {
    await ask('fault', 'server-error', 'POST', '**/rows', 'nth=2', 'times=0');
    expect(await refusal(note(ID.unique()))).toBe('not refused');
    expect(await refusal(note(ID.unique()))).toBe('500 general_unknown');
    expect(JSON.parse(await ask('faults')).faults).toMatchObject([{ kind: 'server-error', seen: 2, hits: 1 }]);
    expect((await ask('calls', '1')).trimEnd()).toMatch(/made to fail: server-error$/);
    await ask('mend');
    expect(await refusal(note(ID.unique()))).toBe('not refused');
    await expect(ask('fault', 'earthquake')).rejects.toThrow('Value must be one of (rate-limit');
    await expect(ask('fault', 'reset', 'colour=red')).rejects.toThrow('A fault has no such field');
  });

  it('moves time', async () => {
    const before = server.appwrite.clock.now();
    await ask('clock', '2h');
    expect(server.appwrite.clock.now() - before).toBeGreaterThanOrEqual(7_200_000);
    const { time } = JSON.parse(await ask('clock', '2031-01-01T00:00:00Z'));
    expect(time).toMatch(/^2031-01-01T00:00:00/);
    await expect(ask('clock', 'soon')).rejects.toThrow('advance');
  });

  it("kills a function's process", async () => {
    const pid = async () => {
      const sent = await send(server.appwrite, { host: server.appwrite.functionHost('echo') });
      return JSON.parse(sent.body.toString()).pid;
    };
    const before = await pid();
    expect(await ask('kill', 'echo')).toBe('Done.');
    expect(await pid()).not.toBe(before);
  });

  it('removes all rows and files, but not tables and buckets', async () => {
    await note(ID.unique());
    const file = InputFile.fromBuffer(Buffer.from('x'), 'a.txt');
    await server.storage.createFile({ bucketId: 'pictures', fileId: ID.unique(), file });
    await ask('reset');
    expect((await server.tables.listRows(main)).total).toBe(0);
    expect((await server.storage.listFiles({ bucketId: 'pictures' })).total).toBe(0);
    expect(await refusal(note(ID.unique()))).toBe('not refused');
  });

  it('prints the usage for an unknown command, and reports that no server is running', async () => {
    await expect(ask('dance')).rejects.toThrow(/no command dance[\s\S]*fault <kind>/);
    await expect(runCommand('http://127.0.0.1:1', ['look'])).rejects.toThrow('Start one with npm run local');
  });
});

describe('the developer API', () => {
  it('is closed to web pages and to other names of this machine', async () => {
    const status = async (headers: Record<string, string>) =>
      (await send(server.appwrite, { path: '/_local', headers })).status;
    expect(await status({})).toBe(200);
    expect(await status({ origin: 'https://evil.example' })).toBe(401);
    expect(await status({ host: 'evil.example' })).toBe(401);
  });
});

describe('a snapshot', () => {
  it('restores rows, files and time', async () => {
    await server.appwrite.reset();
    const kept = ID.unique();
    await note(kept);
    const file = () => InputFile.fromBuffer(Buffer.from('x'), 'a.txt');
    await server.storage.createFile({ bucketId: 'pictures', fileId: kept, file: file() });
    const offset = server.appwrite.clock.offset();
    const snapshot = await server.appwrite.snapshot();
    server.appwrite.clock.advance(1_000_000);
    await server.tables.deleteRow({ ...main, rowId: kept });
    await note(ID.unique());
    await server.storage.deleteFile({ bucketId: 'pictures', fileId: kept });
    await server.storage.createFile({ bucketId: 'pictures', fileId: ID.unique(), file: file() });
    await server.appwrite.restore(snapshot);
    expect((await server.tables.listRows(main)).rows.map(({ $id }) => $id)).toEqual([kept]);
    expect((await server.storage.listFiles({ bucketId: 'pictures' })).files.map(({ $id }) => $id)).toEqual([kept]);
    expect(Buffer.from(await server.storage.getFileView({ bucketId: 'pictures', fileId: kept })).toString()).toBe('x');
    expect(server.appwrite.clock.offset()).toBe(offset);
  });
});
