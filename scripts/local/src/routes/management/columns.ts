import { isIP } from 'node:net';
import { bodyOrQueryParameter, type Call, type Fields, param, type Reply, type Route } from '../../http/call.ts';
import { ApiError, errorWithId, invalidParam } from '../../http/errors.ts';
import type { Platform } from '../../platform.ts';
import type { Definition } from '../../project/definitions.ts';
import { isDate } from '../../rows/cells.ts';
import { allParameters, booleanParameter, numberParameter, textsParameter } from './fields.ts';
import { rowBytes, widthOf } from './limits.ts';
import { listing } from './listing.ts';
import { columnProblem, type Naming, refuseDeclared, requireTable, scopesOf, showColumn } from './naming.ts';

type Parts = Pick<Platform, 'management'>;
type Range = readonly [number, number];

/** A kind of column, and the settings that its answers show besides those of every column. */
type Kind = { type: string; shows: readonly string[]; longest?: number; range?: Range; format?: string };

const wholeNumbers: Range = [-(2 ** 63), 2 ** 63];
const realNumbers: Range = [-Number.MAX_VALUE, Number.MAX_VALUE];
const number = (type: string, range: Range): Kind => ({ type, range, shows: ['min', 'max', 'default'] });
const sized = (type: string, longest: number): Kind => ({ type, longest, shows: ['size', 'default', 'encrypt'] });
const text = (type: string): Kind => ({ type, shows: ['default', 'encrypt'] });
const formatted = (format: string): Kind => ({ type: 'string', format, shows: ['format', 'default'] });

/** The kinds by the last segment of their route. */
const kinds: Readonly<Record<string, Kind>> = {
  string: sized('string', 1_073_741_824),
  varchar: sized('varchar', 16_381),
  text: text('text'),
  mediumtext: text('mediumtext'),
  longtext: text('longtext'),
  integer: number('integer', wholeNumbers),
  bigint: number('bigint', wholeNumbers),
  float: number('double', realNumbers),
  boolean: { type: 'boolean', shows: ['default'] },
  datetime: { type: 'datetime', format: '', shows: ['format', 'default'] },
  enum: { type: 'string', format: 'enum', shows: ['elements', 'format', 'default'] },
  email: formatted('email'),
  ip: formatted('ip'),
  url: formatted('url'),
};
const everyColumnShows = ['key', 'type', 'status', 'error', 'required', 'array', '$createdAt', '$updatedAt'];
const shortestEncrypted = 150;

export function columnRoutes(parts: Parts, naming: Naming): Route[] {
  const { definitions } = parts.management;
  const all = `${naming.databases}/:databaseId/${naming.tables}/:tableId/${naming.columns}`;
  const read = scopesOf(naming, 'read');
  const write = scopesOf(naming, 'write');
  const attributes = ['key', 'type', 'size', 'required', 'array', 'status', 'error'];
  const list = (call: Call) => {
    const found = definitions.list('column', pathOf(requireTable(definitions, call, naming)));
    return listing(call, found, { name: naming.columns, show: showColumn, attributes });
  };
  const get = (call: Call) => ({ status: 200, body: showColumn(requireColumn(parts, call, naming)) });
  const ofKinds = Object.entries(kinds).flatMap(([name, kind]): Route[] => {
    const path = `${all}/${name}`;
    return [
      { method: 'POST', path, scopes: write, handle: (call) => create(parts, call, { naming, kind }) },
      { method: 'PATCH', path: `${path}/:key`, scopes: write, handle: (call) => update(parts, call, { naming, kind }) },
    ];
  });
  return [
    { method: 'GET', path: all, scopes: read, handle: list },
    { method: 'GET', path: `${all}/:key`, scopes: read, handle: get },
    { method: 'DELETE', path: `${all}/:key`, scopes: write, handle: (call) => remove(parts, call, naming) },
    ...ofKinds,
  ];
}

type As = { naming: Naming; kind: Kind };

function create({ management }: Parts, call: Call, as: As): Reply {
  const { definitions } = management;
  refuseDeclared(definitions);
  const table = requireTable(definitions, call, as.naming);
  const known = definitions.list('column', pathOf(table));
  const key = freshKey(call, { name: 'key', known, naming: as.naming });
  const settings = { ...newSettings(call, as), type: as.kind.type };
  if (widthOf([...known, settings]) > rowBytes)
    throw errorWithId(columnProblem(as.naming, 'limit_exceeded'), table.$id);
  const place = { databaseId: table.databaseId, tableId: table.$id };
  const column = { $id: key, key, status: 'processing', error: '', ...place, ...settings };
  const definition = definitions.create('column', `${pathOf(table)}/${key}`, column);
  management.make('column', definition);
  return { status: 202, body: showColumn(definition) };
}

/**
 * A column may be updated through the route of another kind (schema-151, 159). Settings that this kind lacks keep their
 * value, and the answer has the fields of the route's kind. `encrypt` is always null in the answer.
 */
function update({ management }: Parts, call: Call, as: As): Reply {
  const { definitions, catalogue } = management;
  refuseDeclared(definitions);
  const old = requireColumn({ management }, call, as.naming);
  const [databaseId, tableId] = [String(old.databaseId), String(old.tableId)];
  if (old.status !== 'available') throw errorWithId(columnProblem(as.naming, 'not_available'), String(old.key));
  const settings = changedSettings(call, as, old);
  if (Number(settings.size) < Number(old.size) && catalogue.longest(old) > Number(settings.size)) {
    throw new ApiError(columnProblem(as.naming, 'invalid_resize'));
  }
  const path = `${databaseId}/${tableId}`;
  const wanted = bodyOrQueryParameter(call, 'newKey') ?? old.key;
  const key =
    wanted === old.key
      ? old.$id
      : freshKey(call, { name: 'newKey', known: definitions.list('column', path), naming: as.naming });
  if (key !== old.$id) catalogue.renameColumn(databaseId, tableId, { from: old.$id, to: key });
  const column = definitions.change('column', `${path}/${key}`, settings);
  catalogue.table(databaseId, tableId);
  const shown = [...everyColumnShows, ...as.kind.shows];
  const body = Object.fromEntries(shown.map((name) => [name, name === 'encrypt' ? null : (column[name] ?? null)]));
  return { status: 200, body };
}

function remove({ management }: Parts, call: Call, naming: Naming): Reply {
  refuseDeclared(management.definitions);
  const column = requireColumn({ management }, call, naming);
  management.catalogue.dropColumn(String(column.databaseId), String(column.tableId), String(column.key));
  return { status: 204 };
}

function requireColumn({ management: { definitions } }: Parts, call: Call, naming: Naming): Definition {
  const table = requireTable(definitions, call, naming);
  const key = param(call, 'key');
  const column = definitions.find('column', `${pathOf(table)}/${key}`);
  if (!column) throw errorWithId(columnProblem(naming, 'not_found'), key);
  return column;
}

/** A valid key that no column has yet, ignoring case. */
function freshKey(call: Call, { name, known, naming }: { name: string; known: Definition[]; naming: Naming }): string {
  const key = bodyOrQueryParameter(call, name);
  if (typeof key !== 'string' || !/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,35}$/.test(key)) {
    throw invalidParam(name, 'Parameter must contain at most 36 chars. Valid chars are a-z, A-Z, 0-9, and underscore');
  }
  if (known.some((column) => String(column.key).toLowerCase() === key.toLowerCase())) {
    throw errorWithId(columnProblem(naming, 'already_exists'), key);
  }
  return key;
}

function newSettings(call: Call, { naming, kind }: As): Fields {
  const array = booleanParameter(call, 'array', false);
  const own: Fields = {};
  if (kind.longest !== undefined) own.size = numberParameter(call, 'size', { min: 1, max: kind.longest });
  if (kind.shows.includes('encrypt')) own.encrypt = booleanParameter(call, 'encrypt', false);
  if (own.encrypt === true && Number(own.size) < shortestEncrypted) {
    throw new ApiError(
      'general_bad_request',
      `Size too small. Encrypted strings require a minimum size of ${shortestEncrypted} characters.`,
    );
  }
  if (kind.range) Object.assign(own, readRange(call, { kind, naming, old: kind.range }));
  if (kind.format !== undefined) own.format = kind.format;
  if (kind.format === 'enum') own.elements = readElements(call);
  return withDefault(call, { naming, kind }, { array, ...own });
}

function changedSettings(call: Call, { naming, kind }: As, old: Definition): Fields {
  if (allParameters(call).default === undefined) throw invalidParam('default', 'Param "default" is not optional.');
  const own: Fields = {};
  if (kind.longest !== undefined && old.size !== undefined && allParameters(call).size !== undefined) {
    own.size = numberParameter(call, 'size', { min: 1, max: kind.longest });
  }
  if (kind.range && kind.type === old.type) {
    Object.assign(own, readRange(call, { kind, naming, old: [Number(old.min), Number(old.max)] }));
  }
  if (kind.format === 'enum' && old.format === 'enum') {
    const elements = readElements(call);
    own.elements = elements;
    if (elements.length === 0)
      throw new ApiError(columnProblem(naming, 'value_invalid'), 'Enum elements must not be empty.');
  }
  const { size = old.size, elements = old.elements } = own;
  const settings = withDefault(call, { naming, kind }, { array: old.array, ...own, size, elements });
  return { required: settings.required, default: settings.default, ...own };
}

/** Bounds that are not sent keep their values. */
function readRange(call: Call, { kind, naming, old }: { kind: Kind; naming: Naming; old: Range }): Fields {
  const bound = (name: string, fallback: number) => {
    const value = allParameters(call)[name] ?? fallback;
    if (!isNumber(kind, value)) throw invalidParam(name, 'Value must be a valid number');
    return value;
  };
  const [min, max] = [bound('min', old[0]), bound('max', old[1])];
  if (min <= max) return { min, max };
  throw new ApiError(columnProblem(naming, 'value_invalid'), 'Minimum value must be lesser than maximum value.');
}

function isNumber({ type }: Kind, value: unknown): value is number {
  return typeof value === 'number' && (type === 'double' || Number.isInteger(value));
}

function readElements(call: Call): string[] {
  const elements = textsParameter(call, 'elements');
  if (elements.every((element) => element !== '' && element.length <= 255)) return elements;
  throw invalidParam('elements', 'Value must a valid array and Value must be a valid string');
}

/**
 * Adds `required` and `default`. A default of a wrong type is `general_argument_invalid`, one out of bounds is
 * `…_value_invalid`.
 */
function withDefault(call: Call, { naming, kind }: As, settings: Fields): Fields {
  const required = booleanParameter(call, 'required');
  const { default: standard = null } = allParameters(call);
  if (standard === null) return { ...settings, required, default: null };
  if (required || settings.array === true) {
    const noun = `${required ? 'required' : 'array'} ${naming.column}${required ? '' : 's'}`;
    throw new ApiError(columnProblem(naming, 'default_unsupported'), `Cannot set default value for ${noun}`);
  }
  if (!hasType(kind, standard)) throw invalidParam('default', `Value must be a valid ${kind.format || kind.type}`);
  if (!isWithin(standard, settings)) {
    throw new ApiError(columnProblem(naming, 'value_invalid'), 'The default value is out of the bounds of the column.');
  }
  return { ...settings, required, default: standard };
}

function hasType(kind: Kind, value: unknown): boolean {
  if (kind.range) return isNumber(kind, value);
  if (kind.type === 'boolean') return typeof value === 'boolean';
  if (kind.type === 'datetime') return isDate(value);
  if (typeof value !== 'string') return false;
  if (kind.format === 'email') return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value);
  if (kind.format === 'ip') return isIP(value) !== 0;
  return kind.format !== 'url' || URL.canParse(value);
}

function isWithin(value: unknown, { min, max, size, elements }: Fields): boolean {
  if (typeof value === 'number') return value >= Number(min ?? value) && value <= Number(max ?? value);
  if (typeof value !== 'string') return true;
  if (Array.isArray(elements)) return elements.includes(value);
  return size === undefined || [...value].length <= Number(size);
}

function pathOf(table: Definition): string {
  return `${table.databaseId}/${table.$id}`;
}
