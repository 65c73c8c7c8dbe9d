import { AppwriteException } from 'node-appwrite';
import { buildFunctions } from '../build/functions.ts';
import type { Target } from '../project/connect.ts';
import type { Change, Wish } from './change.ts';
import type { Declaration, DeclaredFunction } from './declaration.ts';
import { readLive } from './live.ts';
import { planAll } from './plan.ts';
import { UNREADABLE } from './plan-code.ts';
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

const HINTS: Readonly<Record<string, string>> = {
  function_runtime_unsupported:
    'A self-hosted Appwrite lists its runtimes in _APP_FUNCTIONS_RUNTIMES: add node-24 there.',
  general_unauthorized_scope: 'The API key lacks a scope; OPERATING.md lists those it needs.',
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
    throw new DeployError(`${change.subject} (${change.why}): ${explain(error)}`);
  }
  print(`${symbolOf(change)} ${change.subject} done`);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof AppwriteException)) return error.message;
  const hint = HINTS[error.type] ?? '';
  return `${error.message} (${error.code} ${error.type})${hint === '' ? '' : `\n${hint}`}`;
}

/** What Appwrite answers is not proof; the same plan made once more has to be empty. */
async function confirm(options: DeployOptions): Promise<void> {
  const { target, declared, wish } = options;
  await waitForTables(openRemote(target), declared.tablesDB[0]?.$id ?? '');
  const again = await planned({ ...options, wish: { ...wish, renewSecret: false } });
  const left = again.filter(({ action, why }) => action !== 'keep' && why !== UNREADABLE);
  if (left.length > 0) throw new DeployError(`Not as declared after all:\n${planLines(left).join('\n')}`);
}

async function tellDomains({ target, print }: DeployOptions, declared: Declaration): Promise<void> {
  const { rules } = await readLive(openRemote(target), declared);
  for (const { $id } of declared.functions) {
    const rule = ruleOf(rules, $id);
    if (rule) print(`${$id.padEnd(14)} ${originOf(target.endpoint, rule.domain)}`);
  }
}
