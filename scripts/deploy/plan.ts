import type { Change, Planning } from './change.ts';
import { planBuckets } from './plan-bucket.ts';
import { type CodeOptions, planCode } from './plan-code.ts';
import { planDomains } from './plan-domains.ts';
import { planFunctions } from './plan-functions.ts';
import { planOtherLayout } from './plan-layout.ts';
import { planSeed } from './plan-seed.ts';
import { planTables } from './plan-tables.ts';
import { planVariables } from './plan-variables.ts';

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
