import { isJson, type Json } from '#scripts/openapi/json.ts';
import type { Choices } from './choices.ts';
import { broken, fitting, type Pools } from './values.ts';

export type Planned = {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array | undefined;
};

export type Operation = { method: string; path: string; operation: Json };
export type Planning = { chance: Choices; pools: Pools; schemas: Json; pictures: readonly [Buffer, ...Buffer[]] };

function querySpoilt(value: unknown, chance: Choices): string {
  const text = Array.isArray(value) ? value.join(',') : String(value);
  return chance.oneIn(8)
    ? chance.of(['', '%', '\u0000', '-1', '1e9', 'x'.repeat(300), text.toUpperCase(), `${text}'`])
    : text;
}

function queryOf({ operation }: Operation, planning: Planning): string {
  const { chance } = planning;
  const parameters = Array.isArray(operation.parameters) ? operation.parameters.filter(isJson) : [];
  const sent = parameters.filter((parameter) => parameter.in === 'query' && chance.oneIn(9));
  const search = new URLSearchParams();
  for (const { name, schema } of sent) {
    const value = fitting(String(name), isJson(schema) ? schema : {}, planning);
    search.append(String(name), querySpoilt(value, chance));
  }
  if (chance.oneIn(40)) search.append(chance.text(4), chance.text(4));
  const raw = chance.oneIn(60) ? '%E0%A4%A' : '';
  const text = `${search}${raw}`;
  return text === '' ? '' : `?${text}`;
}

type Content = { bytes: Uint8Array; type: string };

function jsonContent(schema: Json, planning: Planning): Content {
  const { chance } = planning;
  const value = fitting('', schema, planning);
  const sent = chance.oneIn(2) && isJson(value) ? broken(value, chance) : value;
  const text = JSON.stringify(sent) ?? '';
  const spoilt = chance.oneIn(12)
    ? chance.of([text.slice(0, -1), `${text}x`, '[[[['.repeat(2_000), '\ufeff{}', ''])
    : text;
  const type = chance.oneIn(15)
    ? chance.of(['text/plain', '', 'application/jsonp', 'multipart/form-data'])
    : 'application/json';
  return { bytes: Buffer.from(spoilt), type };
}

async function formContent(schema: Json, planning: Planning): Promise<Content> {
  const { chance, pictures } = planning;
  const value = fitting('', schema, planning);
  const form = new FormData();
  for (const [name, field] of Object.entries(isJson(value) ? value : {})) {
    if (!name.startsWith('image')) form.set(name, String(field));
    else form.set(name, new Blob([new Uint8Array(chance.of(pictures))]), 'picture.jpg');
  }
  if (chance.oneIn(6)) form.set(chance.text(5), chance.text(5));
  const encoded = new Response(form);
  const bytes = new Uint8Array(await encoded.arrayBuffer());
  const type = encoded.headers.get('content-type') ?? '';
  const cut = chance.oneIn(10) ? bytes.subarray(0, chance.below(bytes.length)) : bytes;
  return { bytes: cut, type: chance.oneIn(20) ? 'multipart/form-data; boundary=other' : type };
}

async function contentOf({ operation }: Operation, planning: Planning): Promise<Content | undefined> {
  const body = isJson(operation.requestBody) ? operation.requestBody : {};
  const content = isJson(body.content) ? body.content : {};
  const kinds = Object.entries(content);
  const [type, media] = kinds[planning.chance.below(Math.max(1, kinds.length))] ?? [];
  if (!isJson(media) || !isJson(media.schema)) return undefined;
  return type === 'multipart/form-data' ? formContent(media.schema, planning) : jsonContent(media.schema, planning);
}

/** Plans a request of this operation; about half of them are valid, the others wrong in some way. */
export async function plan(operation: Operation, planning: Planning): Promise<Planned> {
  const { chance } = planning;
  const content = await contentOf(operation, planning);
  const headers: Record<string, string> = content ? { 'content-type': content.type } : {};
  if (chance.oneIn(10)) headers['If-Match'] = chance.of(['"1"', '"2"', '*', 'W/"1"', 'x', '']);
  if (chance.oneIn(10))
    headers['Idempotency-Key'] = chance.of([
      'k1',
      'k2',
      'k'.repeat(300),
      ' ',
      chance.text(8).replaceAll(/[^ -~]/g, '?'),
    ]);
  if (chance.oneIn(20)) headers.Origin = chance.of(['http://app.example', 'null', 'http://evil.example']);
  const lost = chance.oneIn(60);
  const spelled = lost
    ? chance.of([`${operation.path}/`, operation.path.toUpperCase(), `/x${operation.path}`])
    : operation.path;
  const path = `${spelled}${queryOf(operation, planning)}`;
  const method = chance.oneIn(60) ? chance.of(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) : operation.method;
  return { method, path, headers, body: content?.bytes };
}
