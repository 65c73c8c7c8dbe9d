import { pages } from '#functions/docs/routes.ts';
import { ROUTES } from '#scripts/project/routes.ts';
import { accountOperations } from '#shared/contract/openapi/account-operations.ts';
import { changingOperations } from '#shared/contract/openapi/changing-operations.ts';
import { documentationOperations } from '#shared/contract/openapi/documentation-operations.ts';
import { filingOperations } from '#shared/contract/openapi/filing-operations.ts';
import type { OperationText } from '#shared/contract/openapi/operation.ts';
import { readingOperations } from '#shared/contract/openapi/reading-operations.ts';
import { sessionOperations } from '#shared/contract/openapi/session-operations.ts';
import type { Route } from '#shared/http/route.ts';

/** A route with the function that serves it. Pages of the docs function take nothing and ask nobody. */
export type Served = Pick<Route, 'method' | 'path' | 'id' | 'access' | 'needsUsername' | 'roles' | 'query' | 'body'> & {
  functionId: string;
};

export const OPERATIONS: Readonly<Record<string, OperationText>> = {
  ...sessionOperations,
  ...accountOperations,
  ...readingOperations,
  ...filingOperations,
  ...changingOperations,
  ...documentationOperations,
};

/** Everything clients can call, in the order of the document. */
export function servedRoutes(): Served[] {
  const api = Object.entries(ROUTES).flatMap(([functionId, routes]) =>
    routes.map((route): Served => ({ ...route, functionId })),
  );
  const shown = pages.flatMap(({ method, path, id }): Served[] => {
    if (id === undefined) return [];
    return [{ functionId: 'docs', method, path, id, access: 'public', query: undefined, body: undefined }];
  });
  return [...api, ...shown];
}

/** The text of a route; throws when nobody has written one. */
export function textOf(id: string): OperationText {
  const text = OPERATIONS[id];
  if (!text) throw new Error(`The route ${id} is not described in shared/contract/openapi.`);
  return text;
}
