import { ABOUT, HEADERS, SECURITY, SENT_HEADERS, TAGS } from './frame.ts';
import type { Json } from './json.ts';
import { operationOf } from './operation.ts';
import { componentSchemas } from './schemas.ts';
import { type ServedRoute, servedRoutes } from './served.ts';

function pathsOf(routes: readonly ServedRoute[]): Json {
  const paths = new Map<string, Json>();
  for (const route of routes) {
    const item = paths.get(route.path) ?? { 'x-appwrite-function': route.functionId };
    paths.set(route.path, { ...item, [route.method.toLowerCase()]: operationOf(route) });
  }
  return Object.fromEntries(paths);
}

/** The OpenAPI document, generated from the routes' schemas and `docs`. The serving function adds the servers. */
export function openApiDocument(): Json {
  const routes = servedRoutes();
  return {
    openapi: '3.1.1',
    info: ABOUT,
    servers: [{ url: '/', description: 'The origin this document came from' }],
    tags: TAGS,
    paths: pathsOf(routes),
    components: {
      securitySchemes: SECURITY,
      headers: HEADERS,
      parameters: SENT_HEADERS,
      schemas: componentSchemas(routes),
    },
  };
}
