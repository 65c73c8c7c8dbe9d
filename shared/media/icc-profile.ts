const HEADER_BYTES = 128;
const ENTRY_BYTES = 12;
const MAX_TAGS = 100;
/** How many bytes the neutral texts can add. */
const MAX_GROWTH = 1_024;
const NEUTRAL_TEXT = 'ICC profile';

/** The tags that decide how colours look. They hold numbers; all others are texts, device names or private. */
const COLOUR_TAGS = new Set([
  ...['rXYZ', 'gXYZ', 'bXYZ', 'wtpt', 'bkpt', 'rTRC', 'gTRC', 'bTRC', 'kTRC', 'chad', 'chrm', 'lumi', 'gamt', 'cicp'],
  ...['A2B0', 'A2B1', 'A2B2', 'B2A0', 'B2A1', 'B2A2', 'D2B0', 'D2B1', 'D2B2', 'D2B3', 'B2D0', 'B2D1', 'B2D2', 'B2D3'],
]);

/** The number of parameters of a parametric curve, by its function. */
const PARAMETERS = [1, 3, 4, 5, 7];

/** The length of a tag in bytes, by its type. Types that refer to their parts by offsets are kept whole. */
const TAG_BYTES: Readonly<Record<string, (tag: Buffer) => number>> = {
  curv: (tag) => 12 + 2 * tag.readUInt32BE(8),
  para: (tag) => 12 + 4 * (PARAMETERS[tag.readUInt16BE(8)] ?? Number.POSITIVE_INFINITY),
  'XYZ ': () => 20,
  sf32: () => 8 + 4 * 9,
  chrm: (tag) => 12 + 8 * tag.readUInt16BE(8),
  cicp: () => 12,
  mft1: (tag) => 48 + tableEntries(tag, 256, 256),
  mft2: (tag) => 52 + 2 * tableEntries(tag, tag.readUInt16BE(48), tag.readUInt16BE(50)),
  'mAB ': ({ length }) => length,
  'mBA ': ({ length }) => length,
  mpet: ({ length }) => length,
};

/** Ranges [from, to) of the header that name a program, a device, a maker or a date. */
const IDENTIFYING_RANGES = [
  [4, 8],
  [24, 36],
  [40, 44],
  [48, 56],
  [80, 128],
] as const;

type Tag = { name: string; data: Buffer };

/**
 * Rebuilds a colour profile (ICC.1) with everything that colours need. Neutral texts replace its own, and device names,
 * serial numbers and dates are left out. Undefined when the bytes are not a readable profile.
 */
export function withoutTexts(profile: Buffer): Buffer | undefined {
  try {
    return rebuild(profile);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function rebuild(profile: Buffer): Buffer | undefined {
  if (profile.length < HEADER_BYTES + 4 || profile.toString('latin1', 36, 40) !== 'acsp') return undefined;
  const count = profile.readUInt32BE(HEADER_BYTES);
  if (count > MAX_TAGS) return undefined;
  const tags: Tag[] = [];
  for (let index = 0; index < count; index++) {
    const entry = HEADER_BYTES + 4 + index * ENTRY_BYTES;
    const name = profile.toString('latin1', entry, entry + 4);
    const [start, size] = [profile.readUInt32BE(entry + 4), profile.readUInt32BE(entry + 8)];
    if (!COLOUR_TAGS.has(name)) continue;
    if (size < 8 || start + size > profile.length) continue;
    const data = usedPart(profile.subarray(start, start + size));
    if (data) tags.push({ name, data });
  }
  if (tags.length === 0) return undefined;
  return assemble(profile, tags);
}

/** The tag without bytes after its numbers; undefined for a type without colours, or one that is too short. */
function usedPart(tag: Buffer): Buffer | undefined {
  const bytes = TAG_BYTES[tag.toString('latin1', 0, 4)]?.(tag);
  return bytes !== undefined && bytes <= tag.length ? tag.subarray(0, bytes) : undefined;
}

/** The number of entries in a lookup table: input curves, grid and output curves. */
function tableEntries(tag: Buffer, inputEntries: number, outputEntries: number): number {
  const [inputs, outputs, grid] = [tag.readUInt8(8), tag.readUInt8(9), tag.readUInt8(10)];
  return inputs * inputEntries + grid ** inputs * outputs + outputs * outputEntries;
}

function assemble(profile: Buffer, colour: Tag[]): Buffer | undefined {
  const modern = profile.readUInt8(8) >= 4;
  const tags = [
    { name: 'desc', data: modern ? text(NEUTRAL_TEXT) : description(NEUTRAL_TEXT) },
    { name: 'cprt', data: modern ? text(NEUTRAL_TEXT) : plainText(NEUTRAL_TEXT) },
    ...colour,
  ];
  const head = Buffer.alloc(HEADER_BYTES + 4 + tags.length * ENTRY_BYTES);
  profile.copy(head, 0, 0, HEADER_BYTES);
  for (const [from, to] of IDENTIFYING_RANGES) head.fill(0, from, to);
  head.writeUInt32BE(tags.length, HEADER_BYTES);
  const parts: Buffer[] = [head];
  // Tags often share data, such as one curve for all three colours.
  const placed = new Map<string, number>();
  let end = head.length;
  for (const [index, { name, data }] of tags.entries()) {
    const key = data.toString('latin1');
    const at = placed.get(key) ?? end;
    // Overlapping tags could make a profile many times as large as it was.
    if (end > profile.length + MAX_GROWTH) return undefined;
    if (at === end) {
      const padding = Buffer.alloc((4 - (data.length % 4)) % 4);
      parts.push(data, padding);
      end += data.length + padding.length;
      placed.set(key, at);
    }
    const entry = HEADER_BYTES + 4 + index * ENTRY_BYTES;
    head.write(name, entry, 'latin1');
    head.writeUInt32BE(at, entry + 4);
    head.writeUInt32BE(data.length, entry + 8);
  }
  head.writeUInt32BE(end, 0);
  return Buffer.concat(parts);
}

/** The text types of ICC.1: `mluc` of version 4, `desc` and `text` of version 2. */
function text(words: string): Buffer {
  const head = Buffer.alloc(28);
  head.write('mluc', 'latin1');
  head.writeUInt32BE(1, 8);
  head.writeUInt32BE(12, 12);
  head.write('enUS', 16, 'latin1');
  head.writeUInt32BE(words.length * 2, 20);
  head.writeUInt32BE(28, 24);
  return Buffer.concat([head, Buffer.from(words, 'utf16le').swap16()]);
}

function description(words: string): Buffer {
  const head = Buffer.alloc(12);
  head.write('desc', 'latin1');
  head.writeUInt32BE(words.length + 1, 8);
  return Buffer.concat([head, Buffer.from(`${words}\0`, 'latin1'), Buffer.alloc(8 + 3 + 67)]);
}

function plainText(words: string): Buffer {
  return Buffer.concat([Buffer.from('text\0\0\0\0', 'latin1'), Buffer.from(`${words}\0`, 'latin1')]);
}
