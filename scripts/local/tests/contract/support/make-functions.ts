import { type Functions, ID, type ProjectKeyScopes, type Runtime } from 'node-appwrite';
import { InputFile } from 'node-appwrite/file';
import { packed } from './tar.ts';
import { until } from './until.ts';

/** A function to deploy: one CommonJS module. */
export type Deployed = {
  source: string;
  execute?: string[];
  events?: string[];
  schedule?: string;
  scopes?: string[];
  timeout?: number;
  variables?: Record<string, string>;
};

export async function makeFunctions(functions: Functions, functionId: string, deployed: Deployed): Promise<void> {
  const { source, execute = ['any'], events = [], schedule = '', scopes = [], timeout = 15 } = deployed;
  await functions.create({
    functionId,
    name: functionId,
    runtime: 'node-24' as Runtime,
    entrypoint: 'main.js',
    scopes: scopes as ProjectKeyScopes[],
    ...{ execute, events, schedule, timeout, commands: '' },
  });
  for (const [key, value] of Object.entries(deployed.variables ?? {})) {
    await functions.createVariable({ functionId, variableId: ID.unique(), key, value });
  }
  const code = InputFile.fromBuffer(packed({ 'main.js': source }), 'code.tar.gz');
  const { $id: deploymentId } = await functions.createDeployment({ functionId, code, activate: true });
  await until(`the deployment of ${functionId}`, async () => {
    const { status, buildLogs } = await functions.getDeployment({ functionId, deploymentId });
    if (status === 'failed') throw new Error(`The build of ${functionId} failed: ${buildLogs}`);
    return status === 'ready';
  });
  await until(`${functionId} to be active`, async () => {
    return (await functions.get({ functionId })).deploymentId === deploymentId;
  });
}
