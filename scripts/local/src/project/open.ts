import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import type { Variables } from '../functions/hosts.ts';
import { declare } from './declared.ts';
import { Definitions } from './definitions.ts';
import { type ProjectConfig, readProject } from './read.ts';
import type { Project } from './types.ts';

export type ProjectOptions = { config?: ProjectConfig | undefined; projectId?: string | undefined };

/** The project of an appwrite.json, or an empty one to be filled by management calls. */
export function openProject({ config, projectId = 'local' }: ProjectOptions): Project {
  if (config !== undefined) return readProject(config);
  return {
    id: projectId,
    name: projectId,
    databases: new Set(),
    tables: new Map(),
    buckets: new Map(),
    functions: new Map(),
  };
}

type Kept = { database: Database; clock: Clock; variables: Variables };

export function openDefinitions({ config }: ProjectOptions, { database, clock, variables }: Kept): Definitions {
  if (config === undefined) return new Definitions(clock, database);
  const definitions = new Definitions(clock);
  declare(definitions, config, variables);
  return definitions;
}
