import * as z from 'zod/mini';

/** A schema that is built when it is first used, so that a cold start builds only what its request needs. */
export function schema<T extends z.ZodMiniType>(build: () => T): z.ZodMiniLazy<T> {
  return z.lazy(build);
}

/** The fields of an object schema by name; empty for other schemas. A Map, since clients may send any name. */
export function shapeOf(given: z.core.$ZodType | undefined): ReadonlyMap<string, z.core.$ZodType> {
  if (given instanceof z.ZodMiniLazy) return shapeOf(given._zod.innerType);
  return new Map(given instanceof z.ZodMiniObject ? Object.entries<z.core.$ZodType>(given.shape) : []);
}

/** What a schema takes in the end: its definition without optional, nullable and what is made of it afterwards. */
export function innermost(given: z.core.$ZodType): z.core.$ZodTypes['_zod']['def'] {
  const { def } = (given as z.core.$ZodTypes)._zod;
  if (def.type === 'lazy') return innermost(def.getter());
  if (def.type === 'optional' || def.type === 'nullable') return innermost(def.innerType);
  return def.type === 'pipe' ? innermost(def.in) : def;
}
