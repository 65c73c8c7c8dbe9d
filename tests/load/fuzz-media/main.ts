import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFunctions } from '#scripts/build/functions.ts';
import { runCommand, UsageError, wholeNumber } from '#scripts/project/command.ts';
import { cleanPicture } from '#shared/media/picture.ts';
import { PictureError } from '#shared/media/picture-error.ts';
import { type Service, startService } from '#tests/support/harness.ts';
import { sendCanaries } from '#tests/support/media-fuzz/canaries.ts';
import { noise, peakMemory, sendByDomain, sendByExecution } from '#tests/support/media-fuzz/large.ts';
import {
  sendHostileForms,
  sendMalformed,
  sendMutants,
  sendPolyglots,
  type UploadContext,
} from '#tests/support/media-fuzz/uploads.ts';
import { mutantSeeds, mutants } from '#tests/support/pictures-mutants.ts';

type Options = { scale: number; seed: number };

const scaled = (count: number, { scale }: Options) => Math.max(24, Math.round((count * scale) / 100));

async function outcome(mutant: Buffer): Promise<'cleaned' | 'refused'> {
  try {
    await cleanPicture(mutant);
    return 'cleaned';
  } catch (error) {
    if (error instanceof PictureError) return 'refused';
    throw error;
  }
}

async function cleanMutants(options: Options) {
  const counts = { cleaned: 0, refused: 0, slowest: { what: 'mutant', milliseconds: 0 }, wrong: [] };
  for (const mutant of mutants(await mutantSeeds(), scaled(30_000, options), options.seed)) {
    const start = performance.now();
    counts[await outcome(mutant)] += 1;
    counts.slowest.milliseconds = Math.max(counts.slowest.milliseconds, Math.round(performance.now() - start));
  }
  return counts;
}

async function sendLarge(context: UploadContext) {
  const atRest = await peakMemory(context.service.local, 'complaints');
  const large = await noise(1_020, 1_020);
  await sendByDomain(context, [large, large, large]);
  const afterForm = await peakMemory(context.service.local, 'complaints');
  await sendByExecution(context, [large, large, await noise(500, 500)]);
  return {
    pictureBytes: large.length,
    atRest,
    afterForm,
    afterBase64: await peakMemory(context.service.local, 'complaints'),
    wrong: [],
  };
}

/** Files one complaint for each photo of a folder. */
async function sendPhotos(context: UploadContext, folder: string) {
  const results: Record<string, string> = {};
  for (const name of readdirSync(folder).filter((file) => /\.(jpe?g|png|webp|heic)$/i.test(file))) {
    const bytes = readFileSync(join(folder, name));
    const outcome = await sendByDomain(context, [bytes]).then(
      ({ images: [image] }) => `${image?.width} x ${image?.height}, ${bytes.length} -> ${image?.bytes} bytes`,
      (error: Error) => error.message.slice(0, 400),
    );
    results[name] = outcome;
  }
  return { ...results, wrong: [] };
}

type Result = { wrong: readonly string[]; slowest?: { what: string; milliseconds: number } };
type Part = (context: UploadContext, options: Options) => Promise<Result>;

/** No upload of at most 3 MiB takes longer on a quiet machine, whatever its content. */
const SLOW_MS = 1_000;

const PARTS: Readonly<Record<string, Part>> = {
  large: sendLarge,
  forms: (context, options) => sendHostileForms(context, scaled(20_000, options), options.seed),
  mutants: (_context, options) => cleanMutants(options),
  'mutants sent': (context, options) => sendMutants(context, scaled(2_000, options), options.seed),
  malformed: (context) => sendMalformed(context, () => true),
  polyglots: (context) => sendPolyglots(context, () => true),
  canaries: (context, options) => sendCanaries(context, scaled(2_000, options), options.seed),
};

async function sendAll(service: Service, parts: [name: string, part: Part][], options: Options): Promise<number> {
  const context = { service, person: await service.person() };
  let wrong = 0;
  for (const [name, part] of parts) {
    const start = performance.now();
    const result = await part(context, options);
    wrong += result.wrong.length + Number((result.slowest?.milliseconds ?? 0) > SLOW_MS);
    console.log(`${name}: ${((performance.now() - start) / 1_000).toFixed(1)} s`, JSON.stringify(result, null, 1));
  }
  return wrong;
}

await runCommand({
  usage: `Usage: npm run fuzz:media -- [--only PART] [--scale 100] [--seed NUMBER] [--photos FOLDER]
  Sends hostile forms, and broken, malformed and large pictures, through the function. Fails when one is handled wrongly
  or takes more than ${SLOW_MS} ms.
  --only     one of ${Object.keys(PARTS).join(', ')}, photos
  --scale    percent of the usual counts
  --photos   files a complaint with each photo of a folder as well`,
  options: {
    only: { type: 'string' },
    scale: { type: 'string', default: '100' },
    seed: { type: 'string', default: '20260104' },
    photos: { type: 'string' },
  },
  async run({ only, photos, ...values }) {
    const photosPart: Record<string, Part> =
      photos === undefined ? {} : { photos: (context) => sendPhotos(context, photos) };
    const parts = Object.entries({ ...PARTS, ...photosPart }).filter(([name]) => only === undefined || name === only);
    if (parts.length === 0) throw new UsageError(`There is no part "${only}".`);
    const scale = wholeNumber('--scale', values.scale, { min: 1, max: 10_000 });
    const seed = wholeNumber('--seed', values.seed, { min: 0, max: 2 ** 31 });
    await buildFunctions({ quiet: true });
    const service = await startService();
    try {
      return (await sendAll(service, parts, { scale, seed })) > 0 ? 1 : 0;
    } finally {
      await service.close();
    }
  },
});
