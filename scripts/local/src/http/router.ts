import type { Route } from './call.ts';

type Compiled = { route: Route; segments: string[] };
export type Match = { route: Route; params: Record<string, string> };

export class Router {
  readonly #routes = new Map<string, Compiled[]>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const segments = split(route.path);
      const key = `${route.method} ${segments.length}`;
      const list = this.#routes.get(key) ?? [];
      list.push({ route, segments });
      this.#routes.set(key, list);
    }
    for (const list of this.#routes.values()) list.sort((a, b) => placeholders(a) - placeholders(b));
  }

  /**
   * A trailing slash is ignored, so a row id of '' reaches the route of the whole table, as on the real one.
   * HEAD finds the route of GET.
   */
  find(method: string, path: string): Match | undefined {
    const segments = split(path);
    const asked = method === 'HEAD' ? 'GET' : method;
    for (const { route, segments: pattern } of this.#routes.get(`${asked} ${segments.length}`) ?? []) {
      const params = matchSegments(pattern, segments);
      if (params) return { route, params };
    }
    return undefined;
  }
}

function split(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function placeholders({ segments }: Compiled): number {
  return segments.filter((segment) => segment.startsWith(':')).length;
}

function matchSegments(pattern: string[], segments: string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const actual = segments[index] ?? '';
    if (expected.startsWith(':')) params[expected.slice(1)] = decode(actual);
    else if (expected !== actual) return undefined;
  }
  return params;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
