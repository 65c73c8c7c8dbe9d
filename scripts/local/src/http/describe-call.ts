import { type Fields, isFields } from './call.ts';
import type { CallRecord } from './call-log.ts';
import { parseQueryString } from './query-string.ts';

const longest = 300;

/** One call as a line of log, with decoded queries and without `/v1/`. */
export function describeCall({ method, path, status, milliseconds, ...more }: CallRecord): string {
  const [place = '', queryString = ''] = path.split('?');
  const asked = describeQuery(parseQueryString(queryString));
  const parts = [
    status === 0 ? '---' : String(status),
    method.padEnd(6),
    decoded(place.replace(/^\/v1\//, '')) + (asked === '' ? '' : `  ${asked}`),
    `${milliseconds.toFixed(1)} ms`,
    more.type,
    more.functionId && `by ${more.functionId} ${more.executionId}`,
    more.fault && `made to fail: ${more.fault}`,
  ];
  return parts.filter(Boolean).join('  ');
}

function describeQuery({ queries = [], ...others }: Fields): string {
  const list = Array.isArray(queries) ? queries : [queries];
  const plain = Object.entries(others)
    .filter(([key]) => key !== 'project')
    .map(([key, value]) => `${key}=${key === 'token' ? '…' : value}`);
  const text = [...list.map((query) => describeOne(parsed(String(query)))), ...plain].join(' ');
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function describeOne(query: unknown): string {
  if (!isFields(query)) return String(query);
  const values = Array.isArray(query.values) ? query.values : [];
  const inside = values.map((value) => (isFields(value) ? describeOne(value) : JSON.stringify(value)));
  return `${query.method}(${[query.attribute, ...inside].filter((part) => part !== undefined && part !== '').join(', ')})`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
