import type { Fields } from './call.ts';

/** PHP's reading of a query string: `a[]=1` and `a[0]=1` make a list, a repeated plain key keeps the last. */
export function parseQueryString(text: string): Fields {
  const fields: Fields = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const bracket = name.indexOf('[');
    if (bracket <= 0) fields[name] = value;
    else append(fields, name.slice(0, bracket), value);
  }
  return fields;
}

function append(fields: Fields, key: string, value: string): void {
  const list = fields[key];
  if (Array.isArray(list)) list.push(value);
  else fields[key] = [value];
}
