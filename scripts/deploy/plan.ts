import type { Target } from '../project/connect.ts';
import type { LayoutDeclaration } from '../project/layout.ts';
import type { Change, DeployRequest, Planning } from './change.ts';
import { readLive } from './live.ts';
import { planBuckets } from './plan-bucket.ts';
import { type CodeOptions, planCode } from './plan-code.ts';
import { planDomains } from './plan-domains.ts';
import { planFunctions } from './plan-functions.ts';
import { planOtherLayout } from './plan-layout.ts';
import { planSeed } from './plan-seed.ts';
import { planTables } from './plan-tables.ts';
import { planVariables } from './plan-variables.ts';
import { openRemote } from './remote.ts';

type Wanted = { target: Target; declared: LayoutDeclaration; request: DeployRequest };

/** Reads the project, to plan how it becomes as declared. */
export async function readPlanning({ target, declared, request }: Wanted): Promise<Planning> {
  const remote = openRemote(target);
  return { remote, declared, live: await readLive(remote, declared), request };
}

/** All changes except code, in the order in which they can be applied. */
export async function planProject(planning: Planning): Promise<Change[]> {
  return [
    ...(await planTables(planning)),
    ...planBuckets(planning),
    ...planFunctions(planning),
    ...planDomains(planning),
    ...planVariables(planning),
    ...(await planSeed(planning)),
    ...planOtherLayout(planning),
  ];
}

/** Code comes last, since a deployment gets the variables that exist when it starts. */
export async function planAll(planning: Planning, code: Omit<CodeOptions, 'before'>): Promise<Change[]> {
  const before = await planProject(planning);
  return [...before, ...(await planCode(planning, { ...code, before }))];
}
