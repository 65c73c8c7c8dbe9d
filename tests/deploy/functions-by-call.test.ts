import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ID, Query, Runtime } from 'node-appwrite';
import { InputFile } from 'node-appwrite/file';
import { create } from 'tar';
import { describe, expect, it } from 'vitest';
import { until } from '#scripts/deploy/remote.ts';
import { runCli } from './support/cli.ts';
import { refusal, useEmptyProject } from './support/empty.ts';

const project = useEmptyProject();

async function makeFunction(source: string, commands = ''): Promise<{ functionId: string; code: InputFile }> {
  const functionId = ID.unique();
  const settings = { runtime: Runtime.Node24, execute: ['any'], entrypoint: 'main.cjs', commands };
  await project.remote.functions.create({ functionId, name: functionId, ...settings });
  return { functionId, code: await pack(source) };
}

async function pack(source: string): Promise<InputFile> {
  const at = mkdtempSync(join(project.folder, 'code-'));
  writeFileSync(join(at, 'main.cjs'), source);
  await create({ gzip: true, cwd: at, file: join(at, 'code.tar.gz') }, ['main.cjs']);
  return InputFile.fromPath(join(at, 'code.tar.gz'), 'code.tar.gz');
}

const finished = (functionId: string, deploymentId: string) =>
  until(
    async () => {
      const deployment = await project.remote.functions.getDeployment({ functionId, deploymentId });
      return ['ready', 'failed'].includes(String(deployment.status)) ? deployment : undefined;
    },
    { seconds: 20, what: 'the build' },
  );

const answering = (text: string) => `module.exports = ({ res }) => res.text(${JSON.stringify(text)});`;
const said = async (functionId: string) =>
  (await project.remote.functions.createExecution({ functionId })).responseBody;

describe('functions that are created by calls', () => {
  it('run the active deployment, if its build succeeded', async () => {
    const { functionId, code } = await makeFunction(answering('first'));
    expect(await refusal(project.remote.functions.createExecution({ functionId }))).toBe('404 deployment_not_found');
    const first = await project.remote.functions.createDeployment({ functionId, code, activate: true });
    await finished(functionId, first.$id);
    expect(await said(functionId)).toBe('first');
    const second = await project.remote.functions.createDeployment({
      functionId,
      code: await pack(answering('second')),
      activate: false,
    });
    await finished(functionId, second.$id);
    expect(await said(functionId)).toBe('first');
    await project.remote.functions.updateFunctionDeployment({ functionId, deploymentId: second.$id });
    expect(await said(functionId)).toBe('second');
  });

  it('accept code in chunks', async () => {
    const { functionId } = await makeFunction('');
    const noise = Array.from({ length: 240_000 }, () => Math.random().toString(36)).join('');
    const code = await pack(`${answering('large')}\n/*${noise.slice(0, 9_000_000)}${noise}*/`);
    const { $id } = await project.remote.functions.createDeployment({ functionId, code, activate: true });
    expect(await finished(functionId, $id)).toMatchObject({ status: 'ready' });
    expect(await said(functionId)).toBe('large');
  });

  it('build with their commands, and keep the log of a failed build', async () => {
    const { functionId, code } = await makeFunction(answering('x'), 'echo one two; exit 4');
    const { $id } = await project.remote.functions.createDeployment({ functionId, code, activate: true });
    const failed = await finished(functionId, $id);
    expect(failed).toMatchObject({ status: 'failed', buildLogs: expect.stringContaining('one two') });
    expect(await refusal(project.remote.functions.updateFunctionDeployment({ functionId, deploymentId: $id }))).toBe(
      '400 build_not_ready',
    );
  });

  it('see a changed variable only after their next deployment', async () => {
    const { functionId, code } = await makeFunction(
      `module.exports = ({ res }) => res.text(process.env.COLOUR ?? '-');`,
    );
    const variable = await project.remote.functions.createVariable({
      functionId,
      variableId: ID.unique(),
      key: 'COLOUR',
      value: 'red',
    });
    expect(variable).toMatchObject({ secret: true, value: '' });
    const deployed = async (packed: InputFile) =>
      finished(
        functionId,
        (await project.remote.functions.createDeployment({ functionId, code: packed, activate: true })).$id,
      );
    await deployed(code);
    expect(await said(functionId)).toBe('red');
    await project.remote.functions.updateVariable({
      functionId,
      variableId: variable.$id,
      key: 'COLOUR',
      value: 'blue',
    });
    expect(await said(functionId)).toBe('red');
    expect((await project.remote.functions.get({ functionId })).live).toBe(false);
    await deployed(await pack(`module.exports = ({ res }) => res.text(process.env.COLOUR ?? '-');`));
    expect(await said(functionId)).toBe('blue');
  });

  it('have no domain until a rule gives them one, and a domain has only one rule', async () => {
    const { functionId } = await makeFunction('');
    const domain = `${ID.unique()}.functions.localhost`;
    expect(await project.remote.rules.createFunctionRule({ domain, functionId })).toMatchObject({ status: 'verified' });
    expect(await refusal(project.remote.rules.createFunctionRule({ domain, functionId }))).toBe(
      '409 rule_already_exists',
    );
    const elsewhere = await project.remote.rules.createFunctionRule({ domain: 'api.example.org', functionId });
    expect(String(elsewhere.status)).toBe('unverified');
    const { total } = await project.remote.rules.listRules({
      queries: [Query.equal('deploymentResourceId', functionId)],
    });
    expect(total).toBe(2);
  });
});

describe('appwrite-cli 12 with a key alone', () => {
  it('cannot create a function, leaves it without code, and still exits with 0', async () => {
    const at = mkdtempSync(join(project.folder, 'cli-'));
    mkdirSync(join(at, 'code'));
    writeFileSync(join(at, 'code', 'main.cjs'), answering('cli'));
    const fn = {
      $id: 'by-cli',
      name: 'by-cli',
      runtime: 'node-24',
      path: 'code',
      entrypoint: 'main.cjs',
      commands: '',
    };
    const args = ['push', 'functions', '--all', '--force'];
    const { code, output } = await runCli(at, project.remote.target, { args, project: { functions: [fn] } });
    expect(code).toBe(0);
    expect(output).toContain('Error fetching console variables');
    expect(await project.remote.functions.get({ functionId: 'by-cli' })).toMatchObject({ deploymentId: '' });
  });
});
