import { isJson } from '#scripts/openapi/json.ts';

const KINDS: readonly (readonly [string, RegExp])[] = [
  ['a time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/],
  ['a month', /^\d{4}-\d\d$/],
  ['a reference', /^2\d{3}-\d{6,}-\d$/],
  ['a complaint id', /^[a-z0-9]{20}$/],
  ['a request id', /^urn:request:[A-Za-z0-9]+$/],
  ['a URL', /^https?:\/\//],
  ['a token', /^[\w-]+\.[\w-]+\.[\w-]+$/],
  ['a file id', /^[a-z0-9]{20}-[a-z0-9-]+$/],
];

const MEASURED = new Set(['bytes', 'width', 'height']);

function kindOf(text: string): string {
  return KINDS.find(([, pattern]) => pattern.test(text))?.[0] ?? text;
}

/** The value with everything that differs from run to run (times, ids, URLs, sizes) replaced by its kind. */
export function withoutRandomValues(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRandomValues);
  if (typeof value === 'string') return kindOf(value);
  if (!isJson(value)) return value;
  const entries = Object.entries(value).map(([name, member]) => [
    name,
    MEASURED.has(name) ? typeof member : withoutRandomValues(member),
  ]);
  return Object.fromEntries(entries);
}

/** Also replaces what depends on other rows: numbers by one text, lists by their first entry. */
export function withoutNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(withoutNumbers);
  if (isJson(value)) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutNumbers(one)]));
  return typeof value === 'number' || value === null ? 'a number or null' : withoutRandomValues(value);
}
