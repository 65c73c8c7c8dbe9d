import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { ID, Query } from 'node-appwrite';
import { WITHOUT_OPTIONS } from '#scripts/deploy/change.ts';
import { readDeclaration } from '#scripts/deploy/declaration.ts';
import { deploy } from '#scripts/deploy/deploy.ts';
import { readRules } from '#scripts/deploy/live.ts';
import { needsSecret } from '#scripts/deploy/plan-variables.ts';
import { openRemote, type Remote, undefinedIfMissing } from '#scripts/deploy/remote.ts';
import { targetOf } from '#scripts/project/connect.ts';
import { declarationFor, type LayoutDeclaration } from '#scripts/project/layout.ts';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { smoke } from '#scripts/smoke/smoke.ts';
import { apiTests } from './api-tests.ts';
import { exportDeployment, TEST_SETTINGS } from './deployed.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const print = (line: string) => void process.stdout.write(`${line}\n`);

/**
 * Before the tests on a real Appwrite: deploys the product into the empty project that the environment names, and plays
 * the main story through domains and executions. The returned function removes everything. Throws when the project is
 * not empty.
 */
export async function setup(): Promise<() => Promise<void>> {
  const target = targetOf();
  const remote = openRemote(target);
  const declared = declarationFor(readDeclaration(PROJECT_FILE), 'groups');
  await requireEmptyProject(remote, declared);
  const functionsDomain = process.env.APPWRITE_FUNCTIONS_DOMAIN;
  if (!functionsDomain) throw new Error('Set APPWRITE_FUNCTIONS_DOMAIN, such as functions.example.org.');
  const tokenSecret = randomBytes(48).toString('base64url');
  const cleanUp = () => removeAll(remote, declared);
  try {
    const request = { ...WITHOUT_OPTIONS, tokenSecret, functionsHost: functionsDomain };
    const options = {
      target,
      declared,
      root,
      dryRun: false,
      print,
      request,
    };
    await deploy({ ...options, build: true });
    await setTestVariables(remote, declared);
    await deploy({ ...options, build: false });
    await smoke(target, print, 'groups');
  } catch (error) {
    await cleanUp();
    throw error;
  }
  exportDeployment({ target, tokenSecret, functionsDomain });
  const { leftOut } = apiTests();
  print(
    `Left out, since they need faults, another time, settings or rows of their own, or the local Appwrite's log of calls:`,
  );
  for (const file of leftOut) print(`  ${file}`);
  return cleanUp;
}

async function requireEmptyProject(
  { tables, functions, storage }: Remote,
  { tablesDB, buckets }: LayoutDeclaration,
): Promise<void> {
  const { functions: found } = await functions.list({ queries: [Query.limit(1)] });
  const existing = await Promise.all([
    ...tablesDB.map(({ $id: databaseId }) => undefinedIfMissing(tables.get({ databaseId }))),
    ...buckets.map(({ $id: bucketId }) => undefinedIfMissing(storage.getBucket({ bucketId }))),
  ]);
  if (found.length > 0 || existing.some((item) => item !== undefined)) {
    throw new Error('The project must be empty: the tests deploy into it and remove everything that they made.');
  }
}

/** Sets the variables for fast tests; those that the deployment has created get another value. */
async function setTestVariables({ functions }: Remote, declared: LayoutDeclaration): Promise<void> {
  for (const { $id: functionId } of declared.functions.filter(needsSecret)) {
    const { variables } = await functions.listVariables({ functionId, queries: [Query.limit(100)] });
    for (const [key, value] of Object.entries(TEST_SETTINGS)) {
      const known = variables.find((variable) => variable.key === key);
      if (known) await functions.updateVariable({ functionId, variableId: known.$id, key, value });
      else
        await functions.createVariable({
          functionId,
          variableId: ID.unique(),
          key,
          value,
          secret: false,
        });
    }
  }
}

async function removeAll(remote: Remote, { functions, tablesDB, buckets }: LayoutDeclaration): Promise<void> {
  const ids = functions.map(({ $id }) => $id);
  const rules = await readRules(remote);
  for (const { $id: ruleId, deploymentResourceId } of rules) {
    if (ids.includes(deploymentResourceId ?? '')) await undefinedIfMissing(remote.rules.deleteRule({ ruleId }));
  }
  for (const functionId of ids) await undefinedIfMissing(remote.functions.delete({ functionId }));
  for (const { $id: bucketId } of buckets) await undefinedIfMissing(remote.storage.deleteBucket({ bucketId }));
  for (const { $id: databaseId } of tablesDB) await undefinedIfMissing(remote.tables.delete({ databaseId }));
}
