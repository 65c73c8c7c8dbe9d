import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from 'local-appwrite';
import { type LocalAppwrite, startLocalAppwrite } from 'local-appwrite';
import { afterAll, beforeAll } from 'vitest';
import { type DeployRequest, type Planning, WITHOUT_OPTIONS } from '#scripts/deploy/change.ts';
import { readDeclaration } from '#scripts/deploy/declaration.ts';
import { deploy } from '#scripts/deploy/deploy.ts';
import { readPlanning } from '#scripts/deploy/plan.ts';
import { openRemote, type Remote } from '#scripts/deploy/remote.ts';
import { examine } from '#scripts/doctor/examine.ts';
import type { Finding } from '#scripts/doctor/finding.ts';
import type { Target } from '#scripts/project/connect.ts';
import { declarationFor, type Layout, type LayoutDeclaration } from '#scripts/project/layout.ts';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { ROOT } from '../../support/run-script.ts';

export type Run = { changes: number; output: string; refusal: string };
type Options = Partial<DeployRequest> & { dryRun?: boolean; declared?: LayoutDeclaration; layout?: Layout };

/** An empty project on a local Appwrite of its own, and the commands that a person runs on it. */
export type DeployedProject = {
  local: LocalAppwrite;
  target: Target;
  remote: Remote;
  declared: LayoutDeclaration;
  /** Never rejects: a refusal is in the result. */
  deploy(options?: Options): Promise<Run>;
  /** The doctor's findings of a level, by default its failures, as `subject: text`. */
  findings(level?: Finding['level'], layout?: Layout): Promise<string[]>;
  /** The same for one of the doctor's checks. */
  findingsOf(check: (planning: Planning) => Promise<Finding[]>, level?: Finding['level']): Promise<string[]>;
  /** Every call that changed something since the last call of this function, without executions. */
  newWrites(): string[];
};

type InitialContent = 'all' | 'tables' | 'nothing';

/** `tables` creates no functions, which take longest. */
export function useProject(content: InitialContent = 'all', clock?: Clock): DeployedProject {
  const project = {} as DeployedProject;
  const dataDir = mkdtempSync(join(tmpdir(), 'complaints-deploy-'));
  beforeAll(async () => {
    Object.assign(project, await open(dataDir, clock));
    if (content === 'nothing') return;
    const declared = content === 'tables' ? { ...project.declared, functions: [], others: [] } : project.declared;
    const { refusal } = await project.deploy({ declared });
    if (refusal !== '') throw new Error(refusal);
  });
  afterAll(async () => {
    await project.local.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return project;
}

async function open(dataDir: string, clock?: Clock): Promise<DeployedProject> {
  const local = await startLocalAppwrite({ dataDir, projectId: 'fresh', ...(clock ? { clock } : {}) });
  const target = { endpoint: local.endpoint, projectId: 'fresh', key: local.apiKey };
  const declared = declarationFor(readDeclaration(PROJECT_FILE), 'groups');
  // A copy of the bundles, so that a build at the same time changes nothing here.
  const root = join(dataDir, 'root');
  for (const { path } of [...declared.functions, ...declared.others])
    cpSync(join(ROOT, path), join(root, path), { recursive: true });
  let seen = 0;
  return {
    local,
    target,
    declared,
    remote: openRemote(target),
    deploy: (options = {}) => deployTo(target, { root, declared, ...options }),
    async findings(level = 'failure', layout = 'groups') {
      return linesOf(await examine(target, layout), level);
    },
    async findingsOf(check, level = 'failure') {
      return linesOf(await check(await readPlanning({ target, declared, request: WITHOUT_OPTIONS })), level);
    },
    newWrites() {
      const all = local.calls.all();
      const fresh = all.slice(seen).filter(({ method, path }) => method !== 'GET' && !path.endsWith('/executions'));
      seen = all.length;
      return fresh.map(({ method, path }) => `${method} ${path}`);
    },
  };
}

/** Findings of a level, as `subject: text`. */
export const linesOf = (findings: Finding[], level: Finding['level']) =>
  findings.filter((finding) => finding.level === level).map(({ subject, text }) => `${subject}: ${text}`);

async function deployTo(
  target: Target,
  options: Options & { declared: LayoutDeclaration; root: string },
): Promise<Run> {
  const { layout = 'groups', root, dryRun = false, ...given } = options;
  const declared = layout === 'groups' ? options.declared : declarationFor(readDeclaration(PROJECT_FILE), layout);
  const lines: string[] = [];
  const run: Run = { changes: 0, output: '', refusal: '' };
  const request = { ...WITHOUT_OPTIONS, ...given };
  const print = (line: string) => lines.push(line);
  try {
    run.changes = await deploy({ target, declared, root, request, dryRun, build: false, print });
  } catch (error) {
    run.refusal = error instanceof Error ? error.message : String(error);
  }
  run.output = lines.join('\n');
  return run;
}
