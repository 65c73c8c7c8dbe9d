import type { Route } from '../http/call.ts';
import type { Platform } from '../platform.ts';
import { collectionsDialect, type Dialect, tablesDialect } from '../rows/dialect.ts';
import { executionRoutes } from './executions.ts';
import { fileViewingRoutes } from './file-viewing.ts';
import { fileRoutes } from './files.ts';
import { generalRoutes } from './general.ts';
import { managementRoutes } from './management/all.ts';
import { messagingRoutes } from './messaging.ts';
import { rowBulkRoutes } from './row-bulk.ts';
import { rowReadingRoutes } from './row-reading.ts';
import { rowWritingRoutes } from './row-writing.ts';
import { tokenRoutes } from './tokens.ts';
import { transactionRoutes } from './transactions.ts';
import { userRoutes } from './users.ts';

/** All routes below /v1. */
export function allRoutes(platform: Platform): Route[] {
  return [
    ...rowRoutes(platform, tablesDialect),
    ...rowRoutes(platform, collectionsDialect),
    ...transactionRoutes(platform),
    ...fileRoutes(platform),
    ...fileViewingRoutes(platform),
    ...tokenRoutes(platform),
    ...userRoutes(platform),
    ...messagingRoutes(platform),
    ...executionRoutes(platform),
    ...managementRoutes(platform),
    ...generalRoutes(platform),
  ];
}

function rowRoutes(platform: Platform, dialect: Dialect): Route[] {
  return [
    ...rowReadingRoutes(platform, dialect),
    ...rowWritingRoutes(platform, dialect),
    ...rowBulkRoutes(platform, dialect),
  ];
}
