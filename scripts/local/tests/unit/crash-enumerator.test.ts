import { afterAll, describe, expect, it } from 'vitest';
import { describeReport, enumerateCrashes, type Lane } from '../../src/crash-enumerator.ts';
import { send } from '../support/send.ts';
import { useLocalAppwrite } from './support/harness.ts';
import { writer } from './support/writer.ts';

const server = useLocalAppwrite({ functions: { writer } });
const main = { databaseId: 'main', tableId: 'notes' };

afterAll(() => expect(server.appwrite.faults.list()).toEqual([]));

const story = async () => {
  const sent = await send(server.appwrite, { host: server.appwrite.functionHost('writer'), path: '/a/b' });
  if (sent.status !== 200 || sent.body.toString().includes('told":[201,201]') === false) throw new Error('failed');
};
const titles = async () => (await server.tables.listRows(main)).rows.map(({ title }) => title).join('');
const lane = (check: Lane<void>['check']): Lane<void> => ({ local: server.appwrite, story, check });

describe('the crash enumerator', () => {
  it('tries each call with each fault from the same state, and restores that state at the end', async () => {
    await server.appwrite.reset();
    await server.tables.createRow({ ...main, rowId: 'before', data: { title: '.' } });
    const seen = new Map<string, string>();
    const report = await enumerateCrashes(
      lane(async ({ call, fault }) => {
        seen.set(`${fault?.kind} ${fault?.effect} ${call}`, await titles());
      }),
      {
        faults: [
          { kind: 'cut' },
          { kind: 'kill', effect: 'done' },
          { kind: 'hang', effect: 'late', milliseconds: 100 },
        ],
      },
    );
    expect(report).toMatchObject({ points: 6, missed: 0, broken: [] });
    expect(report.calls).toEqual([
      'POST /v1/tablesdb/main/tables/notes/rows',
      'POST /v1/tablesdb/main/tables/notes/rows',
    ]);
    expect(Object.fromEntries(seen)).toEqual({
      'undefined undefined 0': '.ab',
      'cut undefined 1': '.',
      'cut undefined 2': '.a',
      'kill done 1': '.a',
      'kill done 2': '.ab',
      'hang late 1': '.ba',
      'hang late 2': '.ab',
    });
    expect(await titles()).toBe('.');
  });

  it('names the points whose check fails', async () => {
    await server.appwrite.reset();
    const report = await enumerateCrashes(
      lane(async () => {
        if ((await titles()) === 'a') throw new Error('half of it');
      }),
      { faults: [{ kind: 'rate-limit' }, { kind: 'cut' }] },
    );
    expect(report.broken).toEqual([
      { point: 'rate-limit at call 2: POST /v1/tablesdb/main/tables/notes/rows', reason: 'half of it' },
      { point: 'cut at call 2: POST /v1/tablesdb/main/tables/notes/rows', reason: 'half of it' },
    ]);
    expect(describeReport('two rows', report)).toMatch(/^two rows: 2 calls, 4 points, 0 missed, 2 broken, \d/);
  });

  it('counts the points that their run did not reach', async () => {
    await server.appwrite.reset();
    let runs = 0;
    const fickle = async () => {
      runs += 1;
      await send(server.appwrite, { host: server.appwrite.functionHost('writer'), path: runs === 1 ? '/a/b' : '/a' });
    };
    const fickleLane = { local: server.appwrite, story: fickle, check: async () => {} };
    expect(await enumerateCrashes(fickleLane, { faults: [{ kind: 'reset' }] })).toMatchObject({ points: 2, missed: 1 });
  });

  it('refuses a story that fails without a fault', async () => {
    const broken = { local: server.appwrite, story: () => Promise.reject(new Error('x')), check: async () => {} };
    await expect(enumerateCrashes(broken)).rejects.toThrow('without any fault');
  });
});
