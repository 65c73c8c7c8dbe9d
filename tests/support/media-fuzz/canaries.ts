import { Complaint } from '#shared/contract/responses.ts';
import { photoForm } from '../photo-form.ts';
import { displayed, FORMATS, makePicture, ORIENTATIONS, randomRecipe } from '../pictures.ts';
import { CANARY, withCanaries } from '../pictures-canary.ts';
import { type Random, seededRandom } from '../seeded-random.ts';
import type { UploadContext } from './uploads.ts';

export type CanaryTally = { pictures: number; wrong: string[] };
type Source = { bytes: Buffer; what: string };

async function makeSource(index: number, random: Random): Promise<Source> {
  const format = FORMATS[index % FORMATS.length] ?? 'jpeg';
  const orientation = ORIENTATIONS[Math.floor(index / FORMATS.length) % ORIENTATIONS.length] ?? 1;
  const recipe = randomRecipe(format, random);
  const bytes = withCanaries(format, await makePicture(format, recipe), orientation);
  return { bytes, what: `${format}, orientation ${orientation}, ${JSON.stringify(recipe)}` };
}

type ShownImage = Complaint['images'][number];

/** The faults of a stored picture, compared with the one that was sent. */
async function compare({ bytes, what }: Source, image: ShownImage | undefined): Promise<string[]> {
  const answer = await fetch(image?.url ?? '');
  const kept = Buffer.from(await answer.arrayBuffer());
  if (answer.status !== 200) return [`${what}: ${answer.status}`];
  const [before, after] = [await displayed(bytes), await displayed(kept)];
  const wrong: string[] = [];
  if (kept.includes(CANARY)) wrong.push(`${what}: tells where it was taken`);
  if (!after.pixels.equals(before.pixels)) wrong.push(`${what}: shows something else`);
  if (image?.width !== before.width || image.height !== before.height) wrong.push(`${what}: is told in another size`);
  return wrong;
}

/** Pictures full of metadata, in all formats and orientations, three to a complaint. */
export async function sendCanaries({ person }: UploadContext, count: number, seed: number): Promise<CanaryTally> {
  const random = seededRandom(seed);
  const tally: CanaryTally = { pictures: 0, wrong: [] };
  for (let index = 0; index < count; index += 3) {
    const sources: Source[] = [];
    for (const step of [0, 1, 2]) sources.push(await makeSource(index + step, random));
    const form = photoForm(sources.map(({ bytes }) => bytes));
    const { images } = (await person.send('POST', '/complain', { form })).as(Complaint, 201);
    const found = await Promise.all(sources.map((source, n) => compare(source, images[n])));
    tally.pictures += sources.length;
    tally.wrong.push(...found.flat());
  }
  return tally;
}
