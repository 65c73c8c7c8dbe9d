import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { needsSecret } from '#scripts/deploy/plan-variables.ts';
import { emptyEnvironment, inheritedVariables } from '#scripts/deploy/push.ts';
import { useProject } from './support/project.ts';
import { idOfVariable } from './support/variables.ts';

const project = useProject();

describe('the token secret', () => {
  it('is set on exactly the functions that check or sign tokens', async () => {
    const having = [];
    for (const { $id: functionId } of project.declared.functions) {
      const { variables } = await project.remote.functions.listVariables({ functionId });
      if (variables.some(({ key }) => key === 'TOKEN_SECRET')) having.push(functionId);
    }
    expect(having).toEqual(['auth', 'users', 'complaints', 'notifications']);
  });

  it('can be renewed, and the previous one stays valid for a while when it is given', async () => {
    const secrets = {
      tokenSecret: randomBytes(48).toString('base64url'),
      previousSecret: randomBytes(48).toString('base64url'),
    };
    const { refusal, output } = await project.deploy({ renewSecret: true, ...secrets });
    expect(refusal).toBe('');
    expect(output).not.toContain(secrets.tokenSecret);
    expect((await project.findings('warning')).join('\n')).toContain('users.TOKEN_SECRET_PREVIOUS: is set since');
    for (const { $id: functionId } of project.declared.functions.filter(needsSecret)) {
      const variableId = await idOfVariable(project, functionId, 'TOKEN_SECRET_PREVIOUS');
      await project.remote.functions.deleteVariable({ functionId, variableId });
    }
    expect(await project.findings()).toContain('code of users: was deployed before its settings changed: deploy again');
    expect((await project.deploy()).refusal).toBe('');
    expect(await project.findings()).toEqual([]);
  });

  it('and every other setting are kept out of the environment of the CLI and the build', () => {
    const needed = {
      PATH: '/bin',
      HTTPS_PROXY: 'http://proxy',
      NODE_COMPILE_CACHE: '/cache',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      LANG: 'C',
    };
    const names = [
      'TOKEN_SECRET',
      'TOKEN_SECRET_PREVIOUS',
      'APPWRITE_API_KEY',
      'SMTP_PASSWORD',
      'NODE_OPTIONS',
      'XPATH',
    ];
    const kept = Object.fromEntries(names.map((name) => [name, 'canary']));
    expect(inheritedVariables({ ...needed, ...kept })).toEqual(needed);
    const environment = { ...needed, ...kept, APPWRITE_ENDPOINT: 'https://appwrite.example.org/v1' };
    const before = { ...environment };
    expect(emptyEnvironment(environment)).toEqual(before);
    expect(environment).toEqual({ ...needed, APPWRITE_ENDPOINT: before.APPWRITE_ENDPOINT });
  });

  it('is refused when it is weak', async () => {
    const { refusal } = await project.deploy({
      renewSecret: true,
      tokenSecret: 'shorter-than-32-bytes',
    });
    expect(refusal).toContain('TOKEN_SECRET');
    expect((await project.deploy()).refusal).toBe('');
  });

  it('is reported as missing when it was lost, and the deployment then needs a decision', async () => {
    const variableId = await idOfVariable(project, 'users', 'TOKEN_SECRET');
    await project.remote.functions.deleteVariable({ functionId: 'users', variableId });
    expect((await project.findings()).some((text) => text.startsWith('variable users.TOKEN_SECRET: is missing'))).toBe(
      true,
    );
    project.newWrites();
    const { refusal, output } = await project.deploy();
    expect(refusal).toContain('Nothing was changed');
    expect(output).toContain('--renew-secret');
    expect(project.newWrites()).toEqual([]);
    expect((await project.deploy({ renewSecret: true })).refusal).toBe('');
    expect(await project.findings()).toEqual([]);
  });
});
