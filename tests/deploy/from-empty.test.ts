import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { smoke } from '#scripts/smoke/smoke.ts';
import { callScript, ROOT, variablesOf } from '../support/run-script.ts';
import { runCli } from './support/cli.ts';
import { useProject } from './support/project.ts';

const project = useProject();

describe('an empty project after a deployment', () => {
  it('has everything that is declared, and passes the doctor', async () => {
    expect(await project.findings()).toEqual([]);
    const { tables } = await project.remote.tables.listTables({ databaseId: 'main' });
    expect(tables.map(({ $id }) => $id).sort()).toEqual(project.declared.tables.map(({ $id }) => $id).sort());
  });

  it('got its code from appwrite-cli, one active deployment for each function', async () => {
    for (const { $id: functionId } of project.declared.functions) {
      const { deployments } = await project.remote.functions.listDeployments({ functionId });
      const active = deployments.find(({ $id }) => $id === deployments.at(-1)?.$id);
      expect(active).toMatchObject({ status: 'ready', type: 'cli' });
    }
  });

  it('hides its token secret from everybody who reads variables', async () => {
    const { variables } = await project.remote.functions.listVariables({ functionId: 'auth' });
    const secret = variables.find(({ key }) => key === 'TOKEN_SECRET');
    expect(secret).toMatchObject({ secret: true, value: '' });
  });

  it('has the first categories', async () => {
    const { rows } = await project.remote.tables.listRows({ databaseId: 'main', tableId: 'categories' });
    expect(rows.map(({ $id }) => $id)).toContain('roads');
  });

  it('is not changed by a second deployment', async () => {
    project.newWrites();
    const { changes, output } = await project.deploy();
    expect({ changes, writes: project.newWrites() }).toEqual({ changes: 0, writes: [] });
    expect(output).toContain('Nothing to change.');
  });

  it('is as declared for appwrite-cli, too, which would otherwise delete and create again', async () => {
    const at = mkdtempSync(join(tmpdir(), 'complaints-cli-'));
    const { tablesDB, tables, buckets } = project.declared;
    project.newWrites();
    for (const what of ['tables', 'buckets']) {
      const args = ['push', what, '--all', '--force'];
      const { code } = await runCli(at, project.target, { args, project: { tablesDB, tables, buckets } });
      expect(code).toBe(0);
    }
    rmSync(at, { recursive: true });
    expect(project.newWrites().filter((call) => !call.startsWith('PUT /v1/storage/buckets/media'))).toEqual([]);
    expect(await project.findings()).toEqual([]);
  });

  it('is not changed by a dry run, which prints the plan', async () => {
    const declared = structuredClone(project.declared);
    declared.tables[0]?.columns.push({
      key: 'colour',
      type: 'string',
      required: false,
      array: false,
      default: null,
      size: 9,
      encrypt: false,
    });
    project.newWrites();
    const { output } = await project.deploy({ declared, dryRun: true });
    expect(output).toContain('column users.colour is missing');
    expect(project.newWrites()).toEqual([]);
  });

  it('plays the main story through domains and through executions, and keeps nothing of it', async () => {
    for (const functionId of ['auth', 'users']) {
      const cheaper = { variableId: `cost-${functionId}`, key: 'BCRYPT_COST', value: '10', secret: false };
      await project.remote.functions.createVariable({ functionId, ...cheaper });
    }
    const { output } = await project.deploy();
    expect(output).toContain('code of auth BCRYPT_COST changed after it was deployed');
    const lines: string[] = [];
    await smoke(project.target, (line) => lines.push(line));
    expect(lines).toHaveLength(14);
    await project.local.settle();
    for (const tableId of ['users', 'names', 'complaints', 'timeline']) {
      const { total } = await project.remote.tables.listRows({ databaseId: 'main', tableId });
      expect(`${total} ${tableId}`).toBe(`0 ${tableId}`);
    }
    expect((await project.remote.storage.listFiles({ bucketId: 'media' })).total).toBe(0);
  });

  it('leaves no file in the repository', () => {
    const status = execFileSync('git', ['status', '--porcelain', '--', '*.tar.gz', 'appwrite.config.json'], {
      cwd: ROOT,
    });
    expect(status.toString()).toBe('');
  });
});

describe('the commands', () => {
  it('need all three settings, and say so', async () => {
    const { code, output } = await callScript('deploy', [], { APPWRITE_ENDPOINT: project.target.endpoint });
    expect(code).toBe(2);
    expect(output).toContain('APPWRITE_API_KEY');
  });

  it('print JSON for programs', async () => {
    const { code, output } = await callScript('doctor', ['--json'], variablesOf(project.target));
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ healthy: true, projectId: 'fresh' });
  });

  it('fail for a key that Appwrite does not know', async () => {
    const { code, output } = await callScript('doctor', [], {
      ...variablesOf(project.target),
      APPWRITE_API_KEY: 'wrong',
    });
    expect(code).toBe(1);
    expect(output).not.toContain('wrong');
  });
});
