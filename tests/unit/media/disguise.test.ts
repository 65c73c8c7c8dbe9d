import { describe, expect, it } from 'vitest';
import { refuseDisguise } from '#shared/media/disguise.ts';
import { Pieces } from '#shared/media/pieces.ts';
import { seededRandom } from '../../support/seeded-random.ts';

function zip(before: number, comment: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt32LE(46, 12);
  const entry = Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), Buffer.alloc(42)]);
  return Buffer.concat([Buffer.alloc(before, 7), entry, end, Buffer.alloc(comment, 7)]);
}

/** In pieces that lie apart in memory, cut where it hurts: close to the end, where an archive is told by. */
function judge(bytes: Buffer): void {
  const cuts = [0, 5, Math.max(5, bytes.length - 23), bytes.length];
  const parts = cuts.slice(1).map((cut, at) => Buffer.from(bytes.subarray(cuts[at], cut)));
  refuseDisguise(new Pieces(parts));
}

describe('a picture that is something else as well', () => {
  it.each([
    [0, 0],
    [500_000, 2],
    [500_000, 65_535],
  ])('is refused as a ZIP after %i bytes and before %i', (before, comment) => {
    expect(() => judge(zip(before, comment))).toThrow('also a ZIP archive');
  });

  it('is refused as a PDF where readers look for its start', () => {
    expect(() => judge(Buffer.from(`${'x'.repeat(1_019)}%PDF-`))).toThrow('also a PDF document');
    expect(() => judge(Buffer.from(`${'x'.repeat(1_020)}%PDF-`))).not.toThrow();
  });

  it('is no ZIP for the letters PK alone', () => {
    const marks = Buffer.concat([
      seededRandom(3).bytes(2_000),
      Buffer.from('PK\x05\x06PK\x01\x02PK\x05\x06', 'latin1'),
    ]);
    expect(() => judge(marks)).not.toThrow();
    expect(() => judge(Buffer.alloc(70_000, 'PK\x05\x06'))).not.toThrow();
    expect(() => judge(zip(0, 65_536))).not.toThrow();
  });
});
