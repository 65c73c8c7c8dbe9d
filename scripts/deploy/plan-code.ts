import { join } from 'node:path';
import { DeploymentDownloadType } from 'node-appwrite';
import { digestOfArchive, digestOfFolder } from './archive.ts';
import type { Change, Planning } from './change.ts';
import type { DeclaredFunction } from './declaration.ts';
import type { LiveFunction } from './live.ts';

/** The running code cannot be read, so it is pushed. */
export const UNREADABLE = 'cannot be read back';

export type CodeOptions = {
  /** Where the paths of the declaration start. */
  root: string;
  /** What is to be done before. */
  before: readonly Change[];
  push: (functions: readonly DeclaredFunction[]) => Promise<void>;
};

/** One change for all functions whose running code is not what was built: they are pushed together. */
export async function planCode(planning: Planning, { root, push, before }: CodeOptions): Promise<Change[]> {
  const judged = await Promise.all(
    planning.declared.functions.map(async (fn) => ({
      fn,
      why: unsettled(fn, before) ?? (await staleness(planning, fn, root)),
    })),
  );
  judged.push(...unsettledOthers(planning, before));
  const stale = judged.filter(({ why }) => why !== undefined);
  if (stale.length === 0) return [];
  const apply = () => push(stale.map(({ fn }) => fn));
  const [first, ...rest] = stale.map(({ fn, why }) => ({ subject: `code of ${fn.$id}`, why: why ?? '' }));
  if (!first) return [];
  const together = rest.map((other) => ({ ...other, area: 'code', action: 'push', apply: async () => {} }) as const);
  return [{ ...first, area: 'code', action: 'push', apply }, ...together];
}

/** The functions of the other layout whose variables change: they need a new deployment to see them. */
function unsettledOthers({ declared, live }: Planning, before: readonly Change[]) {
  const there = declared.others.filter(({ $id }) => live.others.some((other) => other.$id === $id));
  return there.map((fn) => ({ fn, why: unsettled(fn, before) }));
}

/** A running process keeps the variables it was deployed with, and the entrypoint. */
function unsettled({ $id }: DeclaredFunction, before: readonly Change[]): string | undefined {
  const changing = before.some(({ area, subject, why, action }) => {
    if (action === 'keep') return false;
    if (area === 'variable') return subject.startsWith(`variable ${$id}.`);
    return subject === `function ${$id}` && /\b(name|runtime|entrypoint|commands) is /.test(why);
  });
  return changing ? 'its variables or settings change' : undefined;
}

/** Why a function has to be pushed; undefined when what runs is what was built, with the variables of today. */
async function staleness(planning: Planning, fn: DeclaredFunction, root: string): Promise<string | undefined> {
  const known = planning.live.functions.find(({ $id }) => $id === fn.$id);
  if (!known?.deployment) return 'has never been deployed';
  const { deployment } = known;
  if (deployment.status !== 'ready') return `its active deployment is ${deployment.status}`;
  const later = known.variables.filter(({ $updatedAt }) => Date.parse($updatedAt) > Date.parse(deployment.$createdAt));
  if (later.length > 0) return `${later.map(({ key }) => key).join(', ')} changed after it was deployed`;
  if (!known.live) return 'its settings changed after it was deployed';
  const built = await digestOfFolder(join(root, fn.path));
  const deployed = await deployedDigest(planning, known);
  if (deployed === undefined) return UNREADABLE;
  return deployed === built ? undefined : 'differs from what was built';
}

/** Undefined when it cannot be had. */
async function deployedDigest({ remote }: Planning, { $id: functionId, deploymentId }: LiveFunction) {
  try {
    const type = DeploymentDownloadType.Source;
    const bytes = await remote.functions.getDeploymentDownload({ functionId, deploymentId, type });
    return await digestOfArchive(new Uint8Array(bytes));
  } catch {
    return undefined;
  }
}
