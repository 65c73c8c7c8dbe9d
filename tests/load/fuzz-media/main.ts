import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFunctions } from '#scripts/build/functions.ts';
import { cleanPicture } from '#shared/media/picture.ts';
import { PictureError } from '#shared/media/picture-error.ts';
import { type Service, startService } from '#tests/support/harness.ts';
import { sendCanaries } from '#tests/support/media-fuzz/canaries.ts';
import { noise, peakMemory, sendByDomain, sendByExecution } from '#tests/support/media-fuzz/large.ts';
import {
  type Range,
  sendHostileForms,
  sendLiars,
  sendMutants,
  sendPolyglots,
} from '#tests/support/media-fuzz/uploads.ts';
import { mutantSeeds, mutants } from '#tests/support/pictures-mutants.ts';

/** Everything hostile and everything large, through the function. PART tries one of them, SCALE=0.1 a tenth of each. */
const scale = Number(process.env.SCALE ?? 1);
const seed = Number(process.env.SEED ?? 20_260_104);
const [photos] = process.argv.slice(2);
const scaled = (count: number) => Math.max(24, Math.round(count * scale));

async function outcome(mutant: Buffer): Promise<'cleaned' | 'refused'> {
  try {
    await cleanPicture(mutant);
    return 'cleaned';
  } catch (error) {
    if (error instanceof PictureError) return 'refused';
    throw error;
  }
}

async function cleanMutants() {
  const counts = { cleaned: 0, refused: 0, slowest: 0, wrong: [] };
  for (const mutant of mutants(await mutantSeeds(), scaled(30_000), seed)) {
    const start = performance.now();
    counts[await outcome(mutant)] += 1;
    counts.slowest = Math.max(counts.slowest, Math.round(performance.now() - start));
  }
  return counts;
}

async function sendLarge(range: Range) {
  const atRest = await peakMemory(range.service.local, 'complaints');
  const large = await noise(1_020, 1_020);
  await sendByDomain(range, [large, large, large]);
  const afterForm = await peakMemory(range.service.local, 'complaints');
  await sendByExecution(range, [large, large, await noise(500, 500)]);
  return {
    pictureBytes: large.length,
    atRest,
    afterForm,
    afterBase64: await peakMemory(range.service.local, 'complaints'),
    wrong: [],
  };
}

/** A folder of photos as people took them, one complaint each. */
async function sendPhotos(range: Range, folder: string) {
  const results: Record<string, string> = {};
  for (const name of readdirSync(folder).filter((file) => /\.(jpe?g|png|webp|heic)$/i.test(file))) {
    const bytes = readFileSync(join(folder, name));
    const told = await sendByDomain(range, [bytes]).then(
      ({ images: [image] }) => `${image?.width} x ${image?.height}, ${bytes.length} -> ${image?.bytes} bytes`,
      (error: Error) => error.message.slice(0, 400),
    );
    results[name] = told;
  }
  return { ...results, wrong: [] };
}

const PARTS: Record<string, (range: Range) => Promise<{ wrong: readonly string[] }>> = {
  large: sendLarge,
  forms: (range) => sendHostileForms(range, scaled(20_000), seed),
  mutants: cleanMutants,
  'mutants sent': (range) => sendMutants(range, scaled(2_000), seed),
  liars: (range) => sendLiars(range, () => true),
  polyglots: (range) => sendPolyglots(range, () => true),
  canaries: (range) => sendCanaries(range, scaled(2_000), seed),
  ...(photos === undefined ? {} : { photos: (range: Range) => sendPhotos(range, photos) }),
};

async function run(service: Service): Promise<number> {
  const range = { service, person: await service.person() };
  let wrong = 0;
  for (const [name, part] of Object.entries(PARTS)) {
    if (process.env.PART !== undefined && process.env.PART !== name) continue;
    const start = performance.now();
    const result = await part(range);
    wrong += result.wrong.length;
    console.log(`${name}: ${((performance.now() - start) / 1_000).toFixed(1)} s`, JSON.stringify(result, null, 1));
  }
  return wrong;
}

await buildFunctions({ quiet: true });
const service = await startService();
const wrong = await run(service);
await service.close();
process.exit(wrong === 0 ? 0 : 1);
