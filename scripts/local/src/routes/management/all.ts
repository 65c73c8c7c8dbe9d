import type { Route } from '../../http/call.ts';
import type { Platform } from '../../platform.ts';
import { bucketRoutes } from './buckets.ts';
import { columnRoutes } from './columns.ts';
import { deploymentRoutes } from './deployments.ts';
import { functionRoutes } from './functions.ts';
import { indexRoutes } from './indexes.ts';
import { collectionsNaming, type Naming, tablesNaming } from './naming.ts';
import { ruleRoutes } from './rules.ts';
import { databaseRoutes, tableRoutes } from './tables.ts';
import { variableRoutes } from './variables.ts';

/** The routes of a console or a deployment, which create and change the project. */
export function managementRoutes(platform: Platform): Route[] {
  return [
    ...schemaRoutes(platform, tablesNaming),
    ...schemaRoutes(platform, collectionsNaming),
    ...bucketRoutes(platform),
    ...functionRoutes(platform),
    ...variableRoutes(platform),
    ...deploymentRoutes(platform),
    ...ruleRoutes(platform),
  ];
}

function schemaRoutes(platform: Platform, naming: Naming): Route[] {
  return [
    ...databaseRoutes(platform, naming),
    ...tableRoutes(platform, naming),
    ...columnRoutes(platform, naming),
    ...indexRoutes(platform, naming),
  ];
}
