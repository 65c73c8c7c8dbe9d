/** Says how many milliseconds it takes to check and clean the photo of a filing, once that code is warm. */
import { cleanPicture } from '#shared/media/picture.ts';
import { makePhoto } from '../photo.ts';
import { median } from '../statistics.ts';

const RUNS = 600;

const photo = await makePhoto();

const times: number[] = [];
for (let run = 0; run < RUNS; run++) {
  // In memory of its own, as a body is when it has been received.
  const body = Buffer.concat([photo]);
  const from = performance.now();
  await cleanPicture(body);
  times.push(performance.now() - from);
}
console.log(median(times.slice(RUNS / 2)));
