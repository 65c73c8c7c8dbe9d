import * as z from 'zod/mini';
import type { Keeper } from './job.ts';

const ROW = 'media-sweep';

/** The pass to go on with, and where each pass has got to. */
const Place = z.object({ pass: z.string(), after: z.record(z.string(), z.string()) });
export type Place = z.infer<typeof Place>;

const beginning = (): Place => ({ pass: '', after: {} });

function parse(text: string | null): Place | undefined {
  try {
    return text ? z.safeParse(Place, JSON.parse(text)).data : undefined;
  } catch {
    return undefined;
  }
}

/** Where the last run had to stop; what cannot be read is a beginning. */
export async function readPlace({ store }: Keeper): Promise<Place> {
  return parse((await store.state.find(ROW))?.value ?? null) ?? beginning();
}

export async function savePlace({ store }: Keeper, place: Place): Promise<void> {
  await store.state.upsert(ROW, { version: 1, value: JSON.stringify(place) });
}
