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
   * Ignores empty segments, so a row id of '' reaches the route of the whole table. Takes values by their position in
   * the path as it was sent, so a doubled slash shifts them (rows-337). HEAD uses the routes of GET.
   */
  find(method: string, path: string): Match | undefined {
    const sent = path.replace(/^\/+/, '').split('/');
    const segments = split(path);
    const asked = method === 'HEAD' ? 'GET' : method;
    for (const { route, segments: pattern } of this.#routes.get(`${asked} ${segments.length}`) ?? []) {
      if (pattern.every((one, index) => one.startsWith(':') || one === segments[index])) {
        return { route, params: valuesAt(pattern, sent) };
      }
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

function valuesAt(pattern: string[], sent: string[]): Record<string, string> {
  const places = [...pattern.entries()].filter(([, segment]) => segment.startsWith(':'));
  return Object.fromEntries(places.map(([index, segment]) => [segment.slice(1), decode(sent[index] ?? '')]));
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
