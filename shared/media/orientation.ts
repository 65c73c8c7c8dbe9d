/** The EXIF orientation: 1 is upright, 3, 6 and 8 are turned, 2, 4, 5 and 7 mirrored. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export type Dimensions = { width: number; height: number };

const PREFIX = Buffer.from('Exif\0\0', 'latin1');
const ORIENTATION_TAG = 0x0112;
const SHORT = 3;
const ENTRY_BYTES = 12;

/** Swaps the stored dimensions for the orientations that turn by a quarter. */
export function asDisplayed({ width, height }: Dimensions, orientation: Orientation): Dimensions {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** Reads an EXIF block with or without its "Exif\0\0" prefix; 1 where it is damaged or has no orientation. */
export function readOrientation(block: Buffer): Orientation {
  const tiff = block.subarray(0, PREFIX.length).equals(PREFIX) ? block.subarray(PREFIX.length) : block;
  try {
    return findOrientation(tiff);
  } catch (error) {
    if (error instanceof RangeError) return 1;
    throw error;
  }
}

/** An EXIF block (without the prefix) that holds the orientation and nothing else. */
export function orientationBlock(orientation: Orientation): Buffer {
  const block = Buffer.alloc(26);
  block.write('MM\0*', 'latin1');
  block.writeUInt32BE(8, 4);
  block.writeUInt16BE(1, 8);
  block.writeUInt16BE(ORIENTATION_TAG, 10);
  block.writeUInt16BE(SHORT, 12);
  block.writeUInt32BE(1, 14);
  block.writeUInt16BE(orientation, 18);
  return block;
}

function findOrientation(tiff: Buffer): Orientation {
  const order = tiff.toString('latin1', 0, 4);
  if (order !== 'II*\0' && order !== 'MM\0*') return 1;
  const little = order === 'II*\0';
  const short = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const long = (at: number) => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const directory = long(4);
  const entries = short(directory);
  for (let index = 0; index < entries; index++) {
    const entry = directory + 2 + index * ENTRY_BYTES;
    if (short(entry) !== ORIENTATION_TAG) continue;
    const value = short(entry + 8);
    const usable = short(entry + 2) === SHORT && long(entry + 4) === 1;
    return usable && isOrientation(value) ? value : 1;
  }
  return 1;
}

function isOrientation(value: number): value is Orientation {
  return value >= 1 && value <= 8;
}
