import type { Engine } from '../database/engine.ts';

const uuid = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i;
/** Real UUIDs begin with the time; these also sort by their number. */
const start = '019a0000-0000-7000-8000-';

/** A row's number as Appwrite shows it: digits, or a UUID of version 7 on MongoDB. */
export function showSequence(form: Engine['sequence'], number: number): string {
  return form === 'number' ? String(number) : start + number.toString(16).padStart(12, '0');
}

/** The number in a query's value, from 1 on; undefined if it is not one. */
export function readSequence(form: Engine['sequence'], value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  if (form === 'number') return /^[1-9]\d*$/.test(String(value)) ? Number(value) : undefined;
  return typeof value === 'string' && uuid.test(value) ? Number.parseInt(value.slice(-12), 16) : undefined;
}
