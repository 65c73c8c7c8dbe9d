import { DATABASE_ID } from '#shared/appwrite/resources.ts';
import { type Planning, WITHOUT_OPTIONS } from '../deploy/change.ts';
import { chooseLayout } from '../deploy/choose-layout.ts';
import { readDeclaration } from '../deploy/declaration.ts';
import { readPlanning } from '../deploy/plan.ts';
import { openRemote } from '../deploy/remote.ts';
import { connect, type Target } from '../project/connect.ts';
import type { Layout } from '../project/layout.ts';
import { PROJECT_FILE } from '../project/local-settings.ts';
import { checkUsernames } from './check-accounts.ts';
import { checkBurst } from './check-burst.ts';
import { checkCode } from './check-code.ts';
import { checkDeliveries } from './check-deliveries.ts';
import { checkMedia, checkSchedules } from './check-maintenance.ts';
import { checkVariables } from './check-variables.ts';
import { checkDrift } from './drift.ts';
import { type Finding, failure } from './finding.ts';

/** Runs all checks, which change nothing, for the functions of the given layout or of the project's layout. */
export async function examine(target: Target, layout?: Layout): Promise<Finding[]> {
  const declared = await chooseLayout(openRemote(target), readDeclaration(PROJECT_FILE), layout);
  const planning = await readPlanning({ target, declared, request: WITHOUT_OPTIONS });
  return [
    ...(await checkDrift(planning)),
    ...checkVariables(planning),
    ...(await orFailure('code', () => checkCode(planning))),
    ...(await orFailure('burst', () => checkBurst(planning))),
    ...(await orFailure('schedule', () => checkSchedules(planning))),
    ...(await orFailure('accounts', async () => (isComplete(planning) ? checkUsernames(connect(target)) : []))),
    ...(await orFailure('deliveries', async () => (isComplete(planning) ? checkDeliveries(connect(target)) : []))),
    ...(await orFailure('media', async () => (isComplete(planning) ? checkMedia(connect(target)) : []))),
  ];
}

/** Whether the project has all columns, which the checks of rows need. */
function isComplete({ declared, live }: Planning): boolean {
  return declared.tables
    .filter(({ databaseId }) => databaseId === DATABASE_ID)
    .every(({ $id, columns }) => {
      const known = live.tables.find((table) => table.$id === $id)?.columns.map(({ key }) => key) ?? [];
      return columns.every(({ key }) => known.includes(key));
    });
}

/** A check that throws does not stop the others. */
async function orFailure(area: string, check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [failure(area, area, `could not be examined: ${error instanceof Error ? error.message : error}`)];
  }
}
