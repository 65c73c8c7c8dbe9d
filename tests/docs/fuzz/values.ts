import { isJson, type Json } from '#scripts/openapi/json.ts';
import type { Choices } from './choices.ts';

/** Values for fields by name that a schema cannot give: existing names and ids, and unknown ones. */
export type Pools = Readonly<Record<string, readonly [string, ...string[]]>>;

type Source = { chance: Choices; pools: Pools; schemas: Json };

const HOSTILE: readonly [unknown, ...unknown[]] = [
  null,
  true,
  -1,
  1e308,
  '',
  ' ',
  '\u0000',
  '\ud800',
  [],
  {},
  [null],
  { $ne: 1 },
  '__proto__',
  "' OR 1=1",
  '../..',
  'x'.repeat(5_000),
  '9'.repeat(30),
];

function resolved(schema: Json, { schemas }: Source): Json {
  const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined;
  const target = name === undefined ? undefined : schemas[name];
  return isJson(target) ? target : schema;
}

function textFor(schema: Json, chance: Choices): string {
  const least = Number(schema.minLength ?? 1);
  const most = Math.min(Number(schema.maxLength ?? 30), 200);
  return chance.text(least + chance.below(Math.max(1, most - least + 1)));
}

function numberFor(schema: Json, chance: Choices): number {
  const least = Number(schema.minimum ?? 0);
  const most = Number(schema.maximum ?? 100);
  const value = least + (chance.below(1_000) / 999) * (most - least);
  return schema.type === 'integer' ? Math.round(value) : Number(value.toFixed(5));
}

/** A value that fits the schema. */
export function fitting(name: string, given: Json, source: Source): unknown {
  const { chance, pools } = source;
  const schema = resolved(given, source);
  const pool = pools[name];
  if (pool && schema.type !== 'object' && schema.type !== 'array') return chance.of(pool);
  if (Array.isArray(schema.enum)) return schema.enum[chance.below(schema.enum.length)];
  if (Array.isArray(schema.anyOf)) return fitting(name, schema.anyOf[chance.below(schema.anyOf.length)], source);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object') return fittingObject(schema, source);
  if (type === 'array') {
    const item = isJson(schema.items) ? schema.items : {};
    return Array.from({ length: 1 + chance.below(Number(schema.maxItems ?? 2)) }, () => fitting(name, item, source));
  }
  if (type === 'boolean') return chance.oneIn(2);
  if (type === 'null') return null;
  return type === 'integer' || type === 'number' ? numberFor({ ...schema, type }, chance) : textFor(schema, chance);
}

function fittingObject(schema: Json, source: Source): Json {
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const all = Object.entries(isJson(schema.properties) ? schema.properties : {});
  // Only a few optional fields are chosen, since many exclude each other.
  const rare = Math.max(3, Math.floor(all.length / 2));
  const wanted = all.filter(([name]) => required.has(name) || source.chance.oneIn(rare));
  return Object.fromEntries(
    wanted.map(([name, property]) => [name, fitting(name, isJson(property) ? property : {}, source)]),
  );
}

/** The object with one fault. */
export function broken(value: Json, chance: Choices): unknown {
  const names = Object.keys(value);
  const name = names[chance.below(Math.max(1, names.length))] ?? 'title';
  const { [name]: _, ...without } = value;
  return chance.of([
    without,
    { ...value, [name]: chance.of(HOSTILE) },
    { ...value, [chance.text(6)]: chance.of(HOSTILE) },
    chance.of(HOSTILE),
  ]);
}
