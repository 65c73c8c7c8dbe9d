import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orientationBlock, readOrientation } from '#shared/media/orientation.ts';
import { ORIENTATIONS } from '../../support/pictures.ts';
import { exifBlock } from '../../support/pictures-canary.ts';
import { fuzzRuns } from '../../support/seeded-random.ts';

type Entry = { tag?: number; type?: number; count?: number; value?: number };

function block(entries: Entry[], claimed = entries.length): Buffer {
  const bytes = Buffer.alloc(10 + entries.length * 12);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(8, 4);
  bytes.writeUInt16LE(claimed, 8);
  for (const [index, { tag = 0x0112, type = 3, count = 1, value = 6 }] of entries.entries()) {
    bytes.writeUInt16LE(tag, 10 + index * 12);
    bytes.writeUInt16LE(type, 12 + index * 12);
    bytes.writeUInt32LE(count, 14 + index * 12);
    bytes.writeUInt16LE(value, 18 + index * 12);
  }
  return bytes;
}

describe('the orientation in an EXIF block', () => {
  it.each(ORIENTATIONS)('is read as cameras write it and as it is stored here: %i', (orientation) => {
    expect(readOrientation(exifBlock(orientation))).toBe(orientation);
    expect(readOrientation(orientationBlock(orientation))).toBe(orientation);
  });

  it('is found as the last of the entries, and not after them', () => {
    expect(readOrientation(block([{ tag: 0x010f }, {}]))).toBe(6);
    expect(readOrientation(block([{ tag: 0x010f }, {}], 1))).toBe(1);
  });

  it.each([
    ['of another type', block([{ type: 4 }])],
    ['of two values', block([{ count: 2 }])],
    ['0', block([{ value: 0 }])],
    ['9', block([{ value: 9 }])],
    ['absent', block([])],
    ['missing from its directory', block([{ tag: 0x010f }], 2)],
    ['in a block of another kind', Buffer.from('XX*\0\0\0\0\x08')],
    ['in a block that is cut', block([{}]).subarray(0, 16)],
    ['in no block at all', Buffer.alloc(0)],
  ])('is upright when it is %s', (_what, bytes) => {
    expect(readOrientation(bytes)).toBe(1);
  });

  it('is one of eight for any bytes', () => {
    const head = fc.constantFrom('II*\0\x08\0\0\0', 'MM\0*\0\0\0\x08', 'Exif\0\0MM\0*\0\0\0\x08', '');
    fc.assert(
      fc.property(head, fc.uint8Array({ maxLength: 60 }), (start, rest) => {
        expect(ORIENTATIONS).toContain(readOrientation(Buffer.concat([Buffer.from(start, 'latin1'), rest])));
      }),
      { numRuns: fuzzRuns(500) },
    );
  });
});
