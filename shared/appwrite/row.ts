import { Query } from 'node-appwrite';
import * as z from 'zod/mini';
import { type $InferObjectOutput, type $ZodLooseShape, $ZodObjectJIT, type $ZodType } from 'zod/v4/core';

/** What Appwrite adds to every row. `$sequence` is the tie-break of an order; a string, since it may be long. */
export type RowMeta = { $id: string; $createdAt: string; $updatedAt: string; $sequence: string };
export type Stored<T> = T & RowMeta;

/** How a table is read: the query that selects its columns, and the schema that checks each row. */
export type RowSchema<T> = { select: string; check: $ZodType<Stored<T>> };
export type RowOf<S> = S extends RowSchema<infer T> ? T : never;

type Columns<S extends $ZodLooseShape> = $InferObjectOutput<S, Record<never, never>>;

// Shared by all columns of a kind: making schemas is the largest cost of a function's start.
export const text = z.string();
export const number = z.number();
export const flag = z.boolean();
export const maybeText = z.nullable(text);
export const maybeNumber = z.nullable(number);

const META = {
  $id: text,
  $createdAt: text,
  $updatedAt: text,
  $sequence: z.pipe(z.union([text, number]), z.transform(String)),
};

/**
 * An object schema that zod compiles: interpreted checks take three times as long, and a list has hundreds of cells.
 */
export function compiled<S extends $ZodLooseShape>(shape: S): $ZodType<Columns<S>> {
  return new $ZodObjectJIT({ type: 'object', shape }) as unknown as $ZodType<Columns<S>>;
}

/** The schema of rows with these columns and Appwrite's own. Selects nothing else. */
export function row<S extends $ZodLooseShape>(columns: S): RowSchema<Columns<S>> {
  const check = compiled({ ...columns, ...META }) as unknown as $ZodType<Stored<Columns<S>>>;
  return { select: Query.select(['$id', ...Object.keys(columns)]), check };
}
