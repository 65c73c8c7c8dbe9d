import { crc32 } from 'node:zlib';
import { FORMATS, makePicture, VARIANTS } from './pictures.ts';
import { withCanaries } from './pictures-canary.ts';
import { type Random, seededRandom } from './seeded-random.ts';

type Mutation = (bytes: Buffer, random: Random, others: readonly Buffer[]) => Buffer;

/** Small pictures of every coding, with and without metadata. */
export async function mutantSeeds(): Promise<Buffer[]> {
  const seeds: Buffer[] = [];
  for (const format of FORMATS) {
    for (const [index, variant] of VARIANTS[format].entries()) {
      const plain = await makePicture(format, { width: 24, height: 16, variant, profile: index === 0 });
      seeds.push(index % 2 === 0 ? plain : withCanaries(format, plain, 1 + index));
    }
  }
  return seeds;
}

/** Each mutant has one to four changes of a seed picture; the same `seed` gives the same mutants. */
export function* mutants(seeds: readonly Buffer[], count: number, seed: number): Generator<Buffer> {
  const random = seededRandom(seed);
  for (let index = 0; index < count; index++) {
    let bytes: Buffer = Buffer.from(seeds[index % seeds.length] ?? Buffer.alloc(0));
    const changes = 1 + random.below(4);
    for (let change = 0; change < changes; change++) bytes = random.pick(MUTATIONS)(bytes, random, seeds);
    yield random.chance(0.3) ? withRightChecksums(bytes) : bytes;
  }
}

const EXTREMES = [0x00, 0x01, 0x7f, 0x80, 0xd9, 0xda, 0xfe, 0xff] as const;

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  (bytes, random) => changeByte(bytes, random.below(bytes.length), random.below(256)),
  (bytes, random) => changeByte(bytes, random.below(Math.min(bytes.length, 64)), random.pick(EXTREMES)),
  (bytes, random) => changeByte(bytes, random.below(bytes.length), random.pick(EXTREMES)),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  (bytes, random) => splice(bytes, random.below(bytes.length), random.below(40)),
  (bytes, random) => splice(bytes, random.below(bytes.length), 0, random.bytes(random.below(40))),
  (bytes, random) => splice(bytes, random.below(bytes.length), 0, bytes.subarray(0, random.below(bytes.length))),
  (bytes, random) => changeLength(bytes, random),
  (bytes, random, others) => {
    const other = others[random.below(others.length)] ?? bytes;
    return Buffer.concat([bytes.subarray(0, random.below(bytes.length)), other.subarray(random.below(other.length))]);
  },
];

function changeByte(bytes: Buffer, at: number, value: number): Buffer {
  if (at < bytes.length) bytes[at] = value;
  return bytes;
}

function splice(bytes: Buffer, at: number, remove: number, insert: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
}

/** Changes a number after a marker, or one that may be the length of a chunk. */
function changeLength(bytes: Buffer, random: Random): Buffer {
  const start = random.below(bytes.length);
  const marker = bytes.indexOf(0xff, start);
  const at = random.chance(0.5) && marker !== -1 ? marker + 2 : 4 * random.below(Math.ceil(bytes.length / 4));
  if (at + 4 <= bytes.length) bytes.writeUInt32BE(random.pick([0, 1, 2, 0xffff, 0x10000, 0x7fffffff, 0xffffffff]), at);
  return bytes;
}

/** Corrects the checksums, without which nearly every mutated PNG would be refused early. */
function withRightChecksums(bytes: Buffer): Buffer {
  if (bytes.toString('latin1', 1, 4) !== 'PNG') return bytes;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, end - 4)), end - 4);
    at = end;
  }
  return bytes;
}
