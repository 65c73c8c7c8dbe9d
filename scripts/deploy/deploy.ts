import { AppwriteException } from 'node-appwrite';
import { buildFunctions } from '../build/functions.ts';
import type { Target } from '../project/connect.ts';
import type { LayoutDeclaration } from '../project/layout.ts';
import type { Change, DeployRequest, Planning } from './change.ts';
import { isSecretInUse } from './check-secret.ts';
import type { DeclaredFunction } from './declaration.ts';
import { planAll, readPlanning } from './plan.ts';
import { UNREADABLE } from './plan-code.ts';
import { waitForTables } from './plan-columns.ts';
import { originOf, ruleOf } from './plan-domains.ts';
import { SECRET } from './plan-variables.ts';
import { pushCode } from './push.ts';
import { openRemote } from './remote.ts';
import { planLines, symbolOf } from './report.ts';
import { verifyFunctions, verifySchedule } from './verify.ts';

export type DeployOptions = {
  target: Target;
  declared: LayoutDeclaration;
  /** The folder to which the declaration's paths are relative. */
  root: string;
  request: DeployRequest;
  dryRun: boolean;
  /** Whether to build the bundles first. */
  build: boolean;
  print: (line: string) => void;
};

const HINTS: Readonly<Record<string, string>> = {
  function_runtime_unsupported:
    'A self-hosted Appwrite lists its runtimes in _APP_FUNCTIONS_RUNTIMES: add node-24 there.',
  general_unauthorized_scope: 'The API key lacks a scope; OPERATING.md lists those it needs.',
};

/** A deployment that failed or differs from the declaration; the message is for the person who deploys. */
export class DeployError extends Error {}

/**
 * Makes a project match the declaration: plans, applies, compares again, and verifies that every function serves.
 * Removes the functions of the other layout last, on request. Resolves to the number of changes; throws DeployError.
 */
export async function deploy(options: DeployOptions): Promise<number> {
  const { print, build, dryRun } = options;
  if (build) await buildFunctions({ quiet: true });
  const planning = await readPlanning(options);
  const changes = await planAll(planning, codeOptions(options, planning));
  const needed = changes.filter(({ action }) => action !== 'keep');
  for (const line of planLines(changes)) print(line);
  if (needed.length === 0) print('Nothing to change.');
  const blocked = needed.filter(({ action }) => action === 'blocked');
  if (blocked.length > 0) throw new DeployError(refusal(blocked));
  if (dryRun) return 0;
  await checkGivenSecret(planning, needed);
  const removals = needed.filter(({ area }) => area === 'layout');
  const others = needed.filter(({ area }) => area !== 'layout');
  for (const change of others) await apply(change, print);
  const now = others.length > 0 ? await confirmNothingLeft(options) : planning;
  await verifyAll(now, { print, schedules: others.length > 0 });
  for (const change of removals) await apply(change, print);
  printDomains(now, print);
  return needed.length;
}

/** A secret given for a function that lacks one must equal that of the others, or tokens would not be valid on all. */
async function checkGivenSecret(planning: Planning, changes: readonly Change[]): Promise<void> {
  const { tokenSecret, renewSecret } = planning.request;
  const isSet = changes.some(({ area, subject }) => area === 'variable' && subject.endsWith(`.${SECRET}`));
  if (!isSet || renewSecret || tokenSecret === undefined) return;
  if ((await isSecretInUse(planning, tokenSecret)) === false) {
    throw new DeployError(
      `Nothing was changed: ${SECRET} is not the secret that the running functions use. Set it to that one, or run with --renew-secret: everybody signs in again.`,
    );
  }
}

type VerifyOptions = { print: DeployOptions['print']; schedules: boolean };

async function verifyAll(planning: Planning, { print, schedules }: VerifyOptions): Promise<void> {
  const results = await verifyFunctions(planning);
  const scheduled = planning.declared.functions.filter(({ schedule }) => schedules && schedule !== '');
  if (results.every(({ serves }) => serves)) {
    for (const { $id } of scheduled) results.push(await verifySchedule(planning.remote, $id));
  }
  for (const { functionId, serves, text } of results) if (serves) print(`  ${functionId}: ${text}`);
  const failed = results.filter(({ serves }) => !serves);
  if (failed.length === 0) return;
  const lines = failed.map(({ functionId, text }) => `${functionId} does not serve: ${text}`);
  throw new DeployError(lines.join('\n'));
}

function refusal(blocked: readonly Change[]): string {
  const losses = blocked.flatMap(({ subject, loses }) => (loses ? [`  ${subject}: ${loses}`] : []));
  const lost = losses.length === 0 ? '' : `\nWith --allow-destructive this would be lost:\n${losses.join('\n')}`;
  return `Nothing was changed: ${blocked.length} of the changes above need a decision.${lost}`;
}

function codeOptions({ root, print }: DeployOptions, { remote }: Planning) {
  return { root, push: (functions: readonly DeclaredFunction[]) => pushCode({ remote, root, print }, functions) };
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

/** Reads the project and plans again; throws when anything is left to change. Resolves to what it has read. */
async function confirmNothingLeft(options: DeployOptions): Promise<Planning> {
  const { target, declared, request } = options;
  await waitForTables(openRemote(target), declared.tablesDB[0]?.$id ?? '');
  const again = { ...options, request: { ...request, renewSecret: false, removeOtherLayout: false } };
  const planning = await readPlanning(again);
  const changes = await planAll(planning, codeOptions(again, planning));
  const left = changes.filter(({ action, why }) => action !== 'keep' && why !== UNREADABLE);
  if (left.length > 0) throw new DeployError(`Not as declared after all:\n${planLines(left).join('\n')}`);
  return planning;
}

function printDomains({ remote, declared, live }: Planning, print: DeployOptions['print']): void {
  for (const { $id } of declared.functions) {
    const rule = ruleOf(live.rules, $id);
    if (rule) print(`${$id.padEnd(14)} ${originOf(remote.target.endpoint, rule.domain)}`);
  }
}
