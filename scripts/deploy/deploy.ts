import { buildFunctions } from '../build/functions.ts';
import type { Target } from '../project/connect.ts';
import type { Change, Wish } from './change.ts';
import type { Declaration, DeclaredFunction } from './declaration.ts';
import { readLive } from './live.ts';
import { planAll } from './plan.ts';
import { waitForTables } from './plan-columns.ts';
import { originOf, ruleOf } from './plan-domains.ts';
import { pushCode } from './push.ts';
import { openRemote } from './remote.ts';
import { planLines, symbolOf } from './report.ts';

export type DeployOptions = {
  target: Target;
  declared: Declaration;
  /** The folder that the declaration's paths start from. */
  root: string;
  wish: Wish;
  dryRun: boolean;
  /** Whether the bundles are built first. */
  build: boolean;
  print: (line: string) => void;
};

/** What was not done, or not as declared; its message is for the person who deploys. */
export class DeployError extends Error {}

/** Brings a project to what is declared: plan, apply, and look again. Resolves to the number of changes made. */
export async function deploy(options: DeployOptions): Promise<number> {
  const { print, build, dryRun, declared } = options;
  if (build) await buildFunctions({ quiet: true });
  const changes = await planned(options);
  const real = changes.filter(({ action }) => action !== 'keep');
  for (const line of planLines(changes)) print(line);
  if (real.length === 0) print('Nothing to change.');
  const blocked = real.filter(({ action }) => action === 'blocked');
  if (blocked.length > 0) throw new DeployError(refusal(blocked));
  if (dryRun) return 0;
  for (const change of real) await apply(change, print);
  if (real.length > 0) await confirm(options);
  await tellDomains(options, declared);
  return real.length;
}

function refusal(blocked: readonly Change[]): string {
  const losses = blocked.flatMap(({ subject, loses }) => (loses ? [`  ${subject}: ${loses}`] : []));
  const lost = losses.length === 0 ? '' : `\nWith --allow-destructive this would be lost:\n${losses.join('\n')}`;
  return `Nothing was changed: ${blocked.length} of the changes above need a decision.${lost}`;
}

async function planned({ target, declared, root, wish, print }: DeployOptions): Promise<Change[]> {
  const remote = openRemote(target);
  const live = await readLive(remote, declared);
  const push = (functions: readonly DeclaredFunction[]) => pushCode({ remote, root, print }, functions);
  return planAll({ remote, declared, live, wish }, { root, push });
}

async function apply(change: Change, print: DeployOptions['print']): Promise<void> {
  try {
    await change.apply();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new DeployError(`${change.subject} (${change.why}): ${message}`);
  }
  print(`${symbolOf(change)} ${change.subject} done`);
}

/** What Appwrite answers is not proof; the same plan made once more has to be empty. */
async function confirm(options: DeployOptions): Promise<void> {
  const { target, declared, wish } = options;
  await waitForTables(openRemote(target), declared.tablesDB[0]?.$id ?? '');
  const again = await planned({ ...options, wish: { ...wish, renewSecret: false } });
  const left = again.filter(({ action }) => action !== 'keep');
  if (left.length > 0) throw new DeployError(`Not as declared after all:\n${planLines(left).join('\n')}`);
}

async function tellDomains({ target, print }: DeployOptions, declared: Declaration): Promise<void> {
  const { rules } = await readLive(openRemote(target), declared);
  for (const { $id } of declared.functions) {
    const rule = ruleOf(rules, $id);
    if (rule) print(`${$id.padEnd(14)} ${originOf(target.endpoint, rule.domain)}`);
  }
}
