import type * as z from 'zod/mini';

/** The definition of a schema without optional, nullable, lazy and the output side of pipes. */
export function innermost(given: z.core.$ZodType): z.core.$ZodTypes['_zod']['def'] {
  const { _zod } = given as z.core.$ZodTypes;
  switch (_zod.def.type) {
    case 'lazy':
      return innermost((given as z.core.$ZodLazy)._zod.innerType);
    case 'optional':
    case 'nullable':
      return innermost(_zod.def.innerType);
    case 'pipe':
      return innermost(_zod.def.in);
    default:
      return _zod.def;
  }
}

/**
 * The fields of an object schema by name; empty for other schemas. A Map, since clients may send any name, such as
 * `constructor`.
 */
export function shapeOf(given: z.core.$ZodType | undefined): ReadonlyMap<string, z.core.$ZodType> {
  const def = given && innermost(given);
  return new Map(def?.type === 'object' ? Object.entries<z.core.$ZodType>(def.shape) : []);
}
