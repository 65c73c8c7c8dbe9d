import * as z from 'zod/mini';
import { DRAFT } from '#shared/contract/examples.ts';
import * as replies from '#shared/contract/responses.ts';
import { shapeOf } from '#shared/contract/schema.ts';
import { PROBLEM_TABLE } from './frame.ts';
import { isJson, type Json, mapObjects } from './json.ts';
import type { ServedRoute } from './served.ts';

type Schema = z.core.$ZodType;

/** The schemas of answers by their names in the code. */
const REPLIES: readonly (readonly [string, Schema])[] = Object.entries(replies);

const DOCUMENT_MEMBERS = new Set(['$schema', '$id', 'id']);
const schemaPath = (name: string) => `#/components/schemas/${name}`;

/** JSON Schema without the members that belong to a separate document. */
function plain(schema: unknown): Json {
  return mapObjects(schema, (object) => {
    const kept = Object.entries(object).filter(([name, value]) => !DOCUMENT_MEMBERS.has(name) || isJson(value));
    return Object.fromEntries(kept);
  }) as Json;
}

/** Moves the description of a nullable value to the union. */
function hoistDescription(object: Json): Json {
  const choices = Array.isArray(object.anyOf) ? object.anyOf.filter(isJson) : [];
  const [value, none, ...more] = choices;
  if (object.description !== undefined || !value?.description || none?.type !== 'null' || more.length > 0)
    return object;
  const { description, ...rest } = value;
  return { description, ...object, anyOf: [rest, none] };
}

/** The JSON Schema of what a client may send here. */
export function inputSchema(schema: Schema): Json {
  return mapObjects(plain(z.toJSONSchema(schema, { io: 'input' })), hoistDescription) as Json;
}

export const requestName = (id: string) => `${id.charAt(0).toUpperCase()}${id.slice(1)}Request`;

/** Whether a field may be left out. */
export const isOptional = (field: Schema) => field instanceof z.ZodMiniOptional;

/** Fields for staff only; the explorer leaves them empty. */
const STAFF_FIELDS = ['contactName', 'contactPhone', 'contactEmail'];

/** A form field. A form cannot contain null, and the explorer fills in values with which the first call succeeds. */
function formField(name: string, field: Schema): Json {
  const { anyOf, ...schema } = inputSchema(field);
  const [value = {}] = Array.isArray(anyOf) ? anyOf.filter((one: Json) => one.type !== 'null') : [{}];
  const samples: Json = { ...DRAFT, anonymous: false };
  const filled = STAFF_FIELDS.includes(name) ? { default: '' } : {};
  return { ...value, ...schema, ...filled, ...(name in samples ? { examples: [samples[name]] } : {}) };
}

/** The body of a form: its text fields and its files. */
function formSchema({ fields, files }: { fields: Schema; files: readonly string[] }): Json {
  const shape = [...shapeOf(fields)];
  const texts = shape.map(([name, field]) => [name, formField(name, field)] as const);
  const pictures = files.map((name) => {
    const description = 'A picture: JPEG, PNG or WebP, up to 3 MiB.';
    return [
      name,
      { type: 'string', format: 'binary', contentMediaType: 'application/octet-stream', description },
    ] as const;
  });
  return {
    type: 'object',
    properties: Object.fromEntries([...texts, ...pictures]),
    required: shape.filter(([, field]) => !isOptional(field)).map(([name]) => name),
    additionalProperties: false,
  };
}

/** A reference to the named schema of an answer, or a choice of them for a union. */
export function replyReference(schema: Schema): Json {
  const named = REPLIES.find(([, reply]) => reply === schema);
  if (named) return { $ref: schemaPath(named[0]) };
  if (!(schema instanceof z.ZodMiniUnion)) return plain(z.toJSONSchema(schema));
  return { anyOf: schema._zod.def.options.map((option) => replyReference(option)) };
}

function replySchemas(): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of REPLIES) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: schemaPath });
  const all: Record<string, Json> = Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, plain(schema)]),
  );
  return { ...all, Problem: { description: PROBLEM_TABLE, ...all.Problem } };
}

/** Every named schema of the document. */
export function componentSchemas(routes: readonly ServedRoute[]): Json {
  const requests = routes.flatMap(({ id, body }) => {
    if (!body) return [];
    const json = [requestName(id), inputSchema(body.json)] as const;
    return body.form ? [json, [`${requestName(id)}Form`, formSchema(body.form)] as const] : [json];
  });
  return { ...replySchemas(), ...Object.fromEntries(requests) };
}
