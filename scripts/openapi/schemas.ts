import * as z from 'zod/mini';
import { BooleanText, NumberText, WholeText } from '#shared/contract/fields.ts';
import { FIELD_TEXTS } from '#shared/contract/openapi/field-texts.ts';
import { PROBLEM_TABLE } from '#shared/contract/openapi/frame.ts';
import { DRAFT } from '#shared/contract/openapi/people.ts';
import * as replies from '#shared/contract/responses.ts';
import { isJson, type Json, mapObjects } from './json.ts';
import type { Served } from './operations.ts';

type Schema = z.core.$ZodType;

/** The answers by the names they have in the code. */
const REPLIES: readonly (readonly [string, z.core.$ZodType])[] = Object.entries(replies);

const NOT_WANTED = new Set(['$schema', '$id', 'id']);
const at = (name: string) => `#/components/schemas/${name}`;

/** What stands in a text for what the schema behind it takes: `page=2` is a number to everybody but the wire. */
function readAs(schema: Schema): { schema: Schema; base: Json } {
  if (schema instanceof z.ZodMiniOptional) return readAs(schema._zod.def.innerType);
  if (schema === WholeText) return { schema: z.int().check(z.gte(0), z.lte(999_999_999)), base: {} };
  if (schema === BooleanText) return { schema: z.boolean(), base: {} };
  if (!(schema instanceof z.ZodMiniPipe) || schema._zod.def.out instanceof z.ZodMiniTransform)
    return { schema, base: {} };
  const { in: inner, out } = schema._zod.def;
  const base: Json = inner === WholeText ? { type: 'integer' } : inner === NumberText ? { type: 'number' } : {};
  return { schema: out, base };
}

function plain(schema: unknown): Json {
  return mapObjects(schema, (object) => {
    const schemaLike = Object.entries(object).filter(([name, value]) => !NOT_WANTED.has(name) || isJson(value));
    return Object.fromEntries(schemaLike);
  }) as Json;
}

/** One value of a query or a form, as its JSON schema. */
export function textSchema(field: Schema): Json {
  const { schema, base } = readAs(field);
  return { ...plain(z.toJSONSchema(schema, { io: 'input' })), ...base };
}

function describe(name: string, schema: Json): Json {
  const { properties } = schema;
  if (!isJson(properties)) return schema;
  const described = Object.entries(properties).map(([field, value]) => {
    const description = FIELD_TEXTS[`${name}.${field}`] ?? FIELD_TEXTS[field];
    return [field, description === undefined || !isJson(value) ? value : { ...value, description }];
  });
  return { ...schema, properties: Object.fromEntries(described) };
}

function described(name: string, schema: unknown): Json {
  return mapObjects(plain(schema), (object) => describe(name, object)) as Json;
}

export const requestName = (id: string) => `${id.charAt(0).toUpperCase()}${id.slice(1)}Request`;

/** The fields of an object schema; none when it is anything else. */
export function shapeOf(schema: Schema | undefined): [string, Schema][] {
  return schema instanceof z.ZodMiniObject ? Object.entries<Schema>(schema.shape) : [];
}

/** What an explorer fills into a form, so that its first call works. */
function sampleOf(name: string): Json {
  const samples: Json = { ...DRAFT, anonymous: false };
  return name in samples ? { examples: [samples[name]] } : {};
}

/** An object of texts with files beside them: the body of a form. */
function formSchema(fields: Schema, files: readonly string[]): Json {
  const shape = shapeOf(fields);
  const texts = shape.map(([name, field]) => [name, { ...textSchema(field), ...sampleOf(name) }] as const);
  const pictures = files.map(
    (name) => [name, { type: 'string', format: 'binary', contentMediaType: 'application/octet-stream' }] as const,
  );
  const required = shape.filter(([, field]) => !(field instanceof z.ZodMiniOptional)).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries([...texts, ...pictures]),
    required,
    additionalProperties: false,
  };
}

/** The name of an answer's schema, as a reference; a union of such names as their choice. */
export function replyReference(schema: Schema): Json {
  const named = REPLIES.find(([, reply]) => reply === schema);
  if (named) return { $ref: at(named[0]) };
  if (!(schema instanceof z.ZodMiniUnion)) return plain(z.toJSONSchema(schema));
  return { anyOf: schema._zod.def.options.map((option) => replyReference(option)) };
}

function replySchemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of REPLIES) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: at });
  const named = Object.entries(schemas).map(([name, schema]) => [name, described(name, schema)] as const);
  const all: Record<string, Json> = Object.fromEntries(named);
  return { ...all, Problem: { description: PROBLEM_TABLE, ...all.Problem } };
}

/** Every named schema of the document. */
export function componentSchemas(routes: readonly Served[], form: { fields: Schema; files: readonly string[] }): Json {
  const requests = routes.flatMap(({ id, body }) => {
    if (!body) return [];
    const json = [requestName(id), described(requestName(id), z.toJSONSchema(body.json, { io: 'input' }))] as const;
    if (!body.form) return [json];
    return [json, [`${requestName(id)}Form`, described(requestName(id), formSchema(form.fields, form.files))] as const];
  });
  return { ...replySchemas(), ...Object.fromEntries(requests) };
}
