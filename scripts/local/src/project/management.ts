import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import type { FunctionHosts, Variables } from '../functions/hosts.ts';
import { DuplicateValues } from '../rows/schema.ts';
import { Builds, type Chunk } from './builds.ts';
import { Catalogue } from './catalogue.ts';
import type { Definition, Definitions } from './definitions.ts';
import type { Project } from './types.ts';

type Parts = {
  project: Project;
  definitions: Definitions;
  database: Database;
  clock: Clock;
  hosts: FunctionHosts;
  variables: Variables;
  deploymentsDir: string;
  /** Milliseconds to create a column or an index, or for one step of a build. */
  pace: number;
};

/** What management calls work with: definitions, the project made from them, builds, and delayed work. */
export class Management {
  readonly definitions: Definitions;
  readonly catalogue: Catalogue;
  readonly deployments: Deployments;
  readonly #parts: Parts;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.definitions = parts.definitions;
    this.catalogue = new Catalogue(parts);
    this.deployments = new Deployments(this, parts);
    if (parts.definitions.declared) return;
    this.#resume();
    for (const { $id } of this.definitions.list('function')) this.#loadVariables($id);
  }

  /**
   * Makes a column or index available a moment after its call, or `failed` with the reason. A unique index over
   * duplicate values becomes available too, but enforces nothing (recorded: schema-233 to 236).
   */
  make(kind: 'column' | 'index', { databaseId, tableId, key }: Definition): void {
    const path = `${databaseId}/${tableId}/${key}`;
    const build = (changes: Record<string, unknown>) => {
      try {
        this.definitions.change(kind, path, { status: 'available', ...changes });
        this.catalogue.table(String(databaseId), String(tableId));
      } catch (error) {
        if (error instanceof DuplicateValues && changes.enforced !== false) build({ enforced: false });
        else this.definitions.change(kind, path, { status: 'failed', error: String(error) });
      }
    };
    this.later(() => {
      if (this.definitions.find(kind, path)) build({});
    });
  }

  /** Runs work after `steps` times `pace`: columns, indexes and builds are not ready when their call is answered. */
  later(work: () => void, steps = 1): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, steps * this.#parts.pace);
    this.#timers.add(timer);
  }

  /** Loads changed variables. Running processes keep the values they started with. */
  variablesChanged(functionId: string): void {
    this.definitions.change('function', functionId, { live: false });
    this.#loadVariables(functionId);
  }

  /**
   * The function that a rule assigns to a host name. Rules keep their case; the database decides whether it counts
   * (domains-173).
   */
  functionOfHost(host: string): string | undefined {
    const { findsIdsInAnyCase } = this.#parts.database.engine;
    const written = (domain: unknown) => (findsIdsInAnyCase ? String(domain).toLowerCase() : String(domain));
    const rule = this.definitions.list('rule').find(({ domain }) => written(domain) === host.toLowerCase());
    return rule && String(rule.deploymentResourceId);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #loadVariables(functionId: string): void {
    const pairs = this.definitions.list('variable', functionId).map(({ key, value }) => [key, value]);
    this.#parts.variables[functionId] = Object.fromEntries(pairs);
  }

  /** Resumes what an earlier process had begun. */
  #resume(): void {
    for (const kind of ['column', 'index'] as const) {
      for (const definition of this.definitions.list(kind)) {
        if (definition.status === 'processing') this.make(kind, definition);
      }
    }
    for (const { $id, resourceId, status } of this.definitions.list('deployment')) {
      if (status !== 'ready' && status !== 'failed') this.deployments.build(`${resourceId}/${$id}`);
    }
  }
}

/** Builds and activates deployments. Their status is waiting, processing, building, and then ready or failed. */
class Deployments {
  readonly #management: Management;
  readonly #parts: Parts;
  readonly #builds: Builds;

  constructor(management: Management, parts: Parts) {
    this.#management = management;
    this.#parts = parts;
    this.#builds = new Builds(parts.deploymentsDir);
  }

  store(id: string, bytes: Buffer, chunk: Chunk): boolean {
    return this.#builds.store(id, bytes, chunk);
  }

  source(id: string): Buffer | undefined {
    return this.#builds.source(id);
  }

  build(path: string): void {
    this.#set(path, { status: 'waiting' });
    this.#management.later(() => this.#set(path, { status: 'processing' }));
    const failed = (error: unknown) => this.#set(path, { status: 'failed', buildLogs: String(error) });
    this.#management.later(() => void this.#run(path).catch(failed), 3);
  }

  activate({ $id, $createdAt, resourceId }: Definition): void {
    const functionId = String(resourceId);
    this.#parts.definitions.change('function', functionId, {
      deploymentId: $id,
      deploymentCreatedAt: $createdAt,
      live: true,
    });
    for (const rule of this.#parts.definitions.list('rule')) {
      if (rule.deploymentResourceId === functionId)
        this.#parts.definitions.change('rule', rule.$id, { deploymentId: $id });
    }
    this.#management.catalogue.function(functionId);
    this.#parts.hosts.discard(functionId);
  }

  async #run(path: string): Promise<void> {
    this.#set(path, { status: 'building' });
    const started = Date.now();
    const deployment = this.#parts.definitions.find('deployment', path);
    if (!deployment) return;
    const { ok, log, bytes } = await this.#builds.build(deployment.$id, String(deployment.buildCommands));
    if (!this.#parts.definitions.find('deployment', path)) return;
    this.#set(path, {
      status: ok ? 'ready' : 'failed',
      buildLogs: log,
      buildDuration: Math.round((Date.now() - started) / 1000),
      buildSize: bytes,
      totalSize: bytes * 2,
    });
    if (ok && deployment.activate === true) this.activate(deployment);
  }

  /** Changes a deployment. Its function shows the newest deployment's status beside the active one. */
  #set(path: string, changes: Record<string, unknown>): void {
    const { definitions } = this.#parts;
    if (!definitions.find('deployment', path)) return;
    const { $id, $createdAt, resourceId, status } = definitions.change('deployment', path, changes);
    const functionId = String(resourceId);
    const newest = definitions.list('deployment', functionId).at(-1)?.$id === $id;
    if (!newest || !definitions.find('function', functionId)) return;
    definitions.change('function', functionId, {
      latestDeploymentId: $id,
      latestDeploymentCreatedAt: $createdAt,
      latestDeploymentStatus: status,
    });
  }
}
