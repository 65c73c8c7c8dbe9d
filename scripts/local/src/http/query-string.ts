import { type Fields, isFields } from './call.ts';

/**
 * Parses a query string as PHP does: `a[]=1`, `a[0]=1` and `a[b]=1` make a list, a repeated plain key keeps the last
 * value. In a form, `a[b]=1` makes an object.
 */
export function parseQueryString(text: string, isForm = false): Fields {
  const fields: Fields = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const [, key, inner = ''] = /^([^[]+)\[([^\]]*)\]?/.exec(name) ?? [];
    if (key === undefined) fields[name] = value;
    else if (isForm && !/^\d*$/.test(inner))
      fields[key] = { ...(isFields(fields[key]) && fields[key]), [inner]: value };
    else append(fields, key, value);
  }
  return fields;
}

function append(fields: Fields, key: string, value: string): void {
  const list = fields[key];
  if (Array.isArray(list)) list.push(value);
  else fields[key] = [value];
}
