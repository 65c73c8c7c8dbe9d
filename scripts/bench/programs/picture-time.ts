/** Says how many milliseconds it takes to check and clean the photo of a filing, once that code is warm. */
import { cleanPicture } from '#shared/media/picture.ts';
import { makePhoto } from '../photo.ts';
import { median } from '../statistics.ts';

const RUNS = 600;
const PIECE = 64 * 1024;

const photo = await makePhoto();

/** In memory of its own, as a body is when it has been received. */
function received(): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < photo.length; at += PIECE) pieces.push(photo.subarray(at, at + PIECE));
  return Buffer.concat(pieces);
}

const times = Array.from({ length: RUNS }, () => {
  const body = received();
  const from = performance.now();
  cleanPicture(body);
  return performance.now() - from;
});
console.log(median(times.slice(RUNS / 2)));
