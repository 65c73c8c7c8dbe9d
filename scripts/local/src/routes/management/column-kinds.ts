import type { Call, Fields } from '../../http/call.ts';
import { ApiError, invalidParam } from '../../http/errors.ts';
import { given, givenBoolean, givenNumber, givenTexts } from './fields.ts';
import { columnProblem, type Naming } from './naming.ts';

type Kind = { type: string; own: (call: Call, old: Fields) => Fields; kept?: Fields };

const longest = 1_073_741_824;
const nothing = () => ({});
const format = (name: string): Kind => ({ type: 'string', own: nothing, kept: { format: name } });

function sized(type: string, max: number): Kind {
  const own = (call: Call, old: Fields) => {
    const size = old.size === undefined || given(call).size ? givenNumber(call, 'size', { min: 1, max }) : old.size;
    return { size, encrypt: old.encrypt ?? givenBoolean(call, 'encrypt', false) };
  };
  return { type, own };
}

/** Bounds that are not given are those of the type: the real one answers with them, too. */
function bounded(type: string, [lowest, highest]: [number, number]): Kind {
  const bound = (call: Call, name: string, fallback: number) => Number(given(call)[name] ?? fallback);
  const own = (call: Call) => ({ min: bound(call, 'min', lowest), max: bound(call, 'max', highest) });
  return { type, own };
}

function elements(call: Call): Fields {
  const found = givenTexts(call, 'elements');
  if (found.length === 0 || found.some((element) => element === '' || element.length > 255)) {
    throw invalidParam('elements', 'Value must a valid array and Value must be a valid string');
  }
  return { elements: found };
}

const wholeNumbers: [number, number] = [-(2 ** 63), 2 ** 63];
const realNumbers: [number, number] = [-Number.MAX_VALUE, Number.MAX_VALUE];

/** The kinds of column by the last word of their route. */
export const columnKinds: Readonly<Record<string, Kind>> = {
  string: sized('string', longest),
  varchar: sized('varchar', 16_381),
  text: { type: 'text', own: nothing },
  mediumtext: { type: 'mediumtext', own: nothing },
  longtext: { type: 'longtext', own: nothing },
  integer: bounded('integer', wholeNumbers),
  bigint: bounded('bigint', wholeNumbers),
  float: bounded('double', realNumbers),
  boolean: { type: 'boolean', own: nothing },
  datetime: { type: 'datetime', own: nothing, kept: { format: '' } },
  enum: { type: 'string', own: elements, kept: { format: 'enum' } },
  email: format('email'),
  ip: format('ip'),
  url: format('url'),
};

/** What a column of this kind is after this call. */
export function columnFields(call: Call, kindName: string, { naming, old }: { naming: Naming; old?: Fields }): Fields {
  const kind = columnKinds[kindName];
  if (!kind) throw new ApiError(columnProblem(naming, 'type_invalid'));
  const required = givenBoolean(call, 'required');
  const array = old ? old.array === true : givenBoolean(call, 'array', false);
  const standard = given(call).default ?? null;
  if (standard !== null && (required || array)) {
    const noun = `${required ? 'required' : 'array'} ${naming.column}${required ? '' : 's'}`;
    throw new ApiError(columnProblem(naming, 'default_unsupported'), `Cannot set default value for ${noun}`);
  }
  return { type: kind.type, required, array, default: standard, ...kind.kept, ...kind.own(call, old ?? {}) };
}
