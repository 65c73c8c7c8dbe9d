import { type Fields, isFields } from './call.ts';

/** PHP's reading of a query string: `a[]=1` and `a[0]=1` make a list, `a[b]=1` an object; a repeated plain key keeps the last. */
export function parseQueryString(text: string): Fields {
  const fields: Fields = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const bracket = name.indexOf('[');
    if (bracket <= 0) fields[name] = value;
    else add(fields, { key: name.slice(0, bracket), inner: name.slice(bracket + 1, -1), value });
  }
  return fields;
}

function add(fields: Fields, { key, inner, value }: Record<'key' | 'inner' | 'value', string>): void {
  const list = fields[key];
  if (!/^\d*$/.test(inner)) {
    fields[key] = { ...(isFields(list) ? list : {}), [inner]: value };
    return;
  }
  if (Array.isArray(list)) list.push(value);
  else fields[key] = [value];
}
