import { join } from 'node:path';
import { DeploymentDownloadType } from 'node-appwrite';
import { digestOfArchive, digestOfFolder } from './archive.ts';
import type { Change, Planning } from './change.ts';
import type { DeclaredFunction } from './declaration.ts';
import type { LiveFunction } from './live.ts';

/** The reason for a push when the running code cannot be downloaded. */
export const UNREADABLE = 'cannot be read back';

export type CodeOptions = {
  /** The folder to which the declaration's paths are relative. */
  root: string;
  /** The changes that are applied before. */
  before: readonly Change[];
  push: (functions: readonly DeclaredFunction[]) => Promise<void>;
};

/** A change for each function whose running code differs from the build. Applying the first one pushes them all. */
export async function planCode(planning: Planning, { root, push, before }: CodeOptions): Promise<Change[]> {
  const candidates = await Promise.all(
    planning.declared.functions.map(async (fn) => ({
      fn,
      why: settingsChangeReason(fn, before) ?? (await stalenessReason(planning, fn, root)),
    })),
  );
  candidates.push(...otherLayoutReasons(planning, before));
  const stale = candidates.filter(({ why }) => why !== undefined);
  if (stale.length === 0) return [];
  const apply = () => push(stale.map(({ fn }) => fn));
  const [first, ...rest] = stale.map(({ fn, why }) => ({ subject: `code of ${fn.$id}`, why: why ?? '' }));
  if (!first) return [];
  const together = rest.map((other) => ({ ...other, area: 'code', action: 'push', apply: async () => {} }) as const);
  return [{ ...first, area: 'code', action: 'push', apply }, ...together];
}

/** The functions of the other layout whose variables change, which take effect with a new deployment only. */
function otherLayoutReasons({ declared, live }: Planning, before: readonly Change[]) {
  const existing = declared.others.filter(({ $id }) => live.others.some((other) => other.$id === $id));
  return existing.map((fn) => ({ fn, why: settingsChangeReason(fn, before) }));
}

/** The reason for a new deployment when variables or certain settings change, since a deployment keeps the old ones. */
function settingsChangeReason({ $id }: DeclaredFunction, before: readonly Change[]): string | undefined {
  const changing = before.some(({ area, subject, why, action }) => {
    if (action === 'keep') return false;
    if (area === 'variable') return subject.startsWith(`variable ${$id}.`);
    return subject === `function ${$id}` && /\b(name|runtime|entrypoint|commands) is /.test(why);
  });
  return changing ? 'its variables or settings change' : undefined;
}

/** Why a function must be pushed; undefined when it runs the built code with the present variables. */
async function stalenessReason(planning: Planning, fn: DeclaredFunction, root: string): Promise<string | undefined> {
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

/** Undefined when the deployment cannot be downloaded. */
async function deployedDigest({ remote }: Planning, { $id: functionId, deploymentId }: LiveFunction) {
  try {
    const type = DeploymentDownloadType.Source;
    const bytes = await remote.functions.getDeploymentDownload({ functionId, deploymentId, type });
    return await digestOfArchive(new Uint8Array(bytes));
  } catch {
    return undefined;
  }
}
