// By name: what is loaded late may share a module with the rest only so (scripts/build/lazy-part.ts).
import { array, type infer as Infer, nullable, number, object, optional, safeParse, string } from 'zod/mini';
import { readNote, writeNote } from '#shared/appwrite/notes.ts';
import type { Store } from '#shared/appwrite/store.ts';

const Seconds = nullable(number());

const Measured = object({
  /** What the totals looked like then; undefined after a measurement that took a while. */
  of: optional(string()),
  at: string(),
  medianSecondsToAcknowledge: Seconds,
  medianSecondsToResolve: Seconds,
  months: array(
    object({
      month: string(),
      filed: number(),
      acknowledged: number(),
      resolved: number(),
      medianSecondsToAcknowledge: Seconds,
      medianSecondsToResolve: Seconds,
    }),
  ),
});

/** The figures that are not kept up to date with every change, and when they were measured. */
export type Measured = Infer<typeof Measured>;

/** The last measurement; undefined without one that can be read. */
export async function readMeasured(store: Store): Promise<Measured | undefined> {
  const text = await readNote(store, 'figures');
  try {
    const parsed = safeParse(Measured, JSON.parse(text ?? ''));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export function writeMeasured(store: Store, measured: Measured): Promise<void> {
  return writeNote(store, 'figures', JSON.stringify(measured));
}
