import { describe, expect, it } from 'vitest';
import { type Frame, readFrame } from '#shared/media/jpeg-frame.ts';
import { checkScan } from '#shared/media/jpeg-scan.ts';
import { checkHuffmanTables, quantisationTables } from '#shared/media/jpeg-tables.ts';

const COMPONENTS = [
  { id: 1, horizontal: 2, vertical: 2, table: 0 },
  { id: 2, horizontal: 1, vertical: 1, table: 1 },
  { id: 3, horizontal: 1, vertical: 1, table: 1 },
];

function frame(progressive: boolean): Frame {
  return { width: 33, height: 17, progressive, components: COMPONENTS };
}

type Trial = {
  ids: number[];
  restarts?: number;
  bytes?: number;
  progressive?: boolean;
  band?: [number, number, number];
};

/** One restart marker after each unit but the last. */
function trial({ ids, restarts, bytes = 100, progressive = false, band = [0, progressive ? 0 : 63, 0] }: Trial) {
  const header = Buffer.from([ids.length, ...ids.flatMap((id) => [id, 0]), ...band]);
  const restartInterval = restarts === undefined ? 0 : 1;
  const scan = { bytes: Buffer.alloc(bytes), restarts: restarts ?? 0, restartInterval };
  return checkScan(frame(progressive), header, scan);
}

describe('the pixels of a JPEG', () => {
  it.each([
    ['all components', [1, 2, 3], 3 * 2],
    ['brightness alone, at full size', [1], 5 * 3],
    ['one colour alone, at half size', [2], 3 * 2],
    ['two components', [1, 3], 3 * 2],
  ])('fill the size that the header states: %s', (_what, ids, units) => {
    expect(trial({ ids, restarts: units - 1 }).components.map(({ id }) => id)).toEqual(ids);
    expect(trial({ ids, restarts: units }).full).toBe(true);
    expect(() => trial({ ids, restarts: units - 2 })).toThrow('stops before');
    expect(() => trial({ ids, restarts: units + 1 })).toThrow('more content');
  });

  it('need two bits for each block', () => {
    expect(trial({ ids: [1, 2, 3], bytes: 9 }).full).toBe(true);
    expect(() => trial({ ids: [1, 2, 3], bytes: 8 })).toThrow('stops before');
  });

  it('need one bit for each block in the first pass of several, and any in the later ones', () => {
    expect(trial({ ids: [1, 2, 3], bytes: 5, progressive: true }).full).toBe(true);
    expect(() => trial({ ids: [1, 2, 3], bytes: 4, progressive: true })).toThrow('stops before');
    expect(trial({ ids: [1], bytes: 1, progressive: true, band: [1, 63, 0x21] }).full).toBe(false);
    expect(() => trial({ ids: [1], bytes: 0, progressive: true, band: [1, 63, 0] })).toThrow('stops before');
  });

  it.each([
    ['a first pass with a band', { ids: [1], band: [0, 5, 0] }],
    ['a later pass of two components', { ids: [1, 2], band: [1, 5, 0] }],
    ['a band that ends before it starts', { ids: [1], band: [6, 5, 0] }],
    ['a band beyond the block', { ids: [1], band: [1, 64, 0] }],
    ['a refinement of two steps', { ids: [1], band: [1, 5, 0x31] }],
    ['a precision of 14 bits', { ids: [1], band: [1, 5, 14] }],
  ] as Array<[string, Trial]>)('cannot come in %s', (_what, passes) => {
    expect(() => trial({ ...passes, progressive: true })).toThrow('contradicts');
  });

  it.each([
    ['an unknown component', [9]],
    ['a component twice', [1, 1]],
    ['no component', []],
    ['five components', [1, 2, 3, 1, 2]],
  ])('cannot be of %s', (_what, ids) => {
    expect(() => trial({ ids })).toThrow('contradicts');
  });
});

describe('the codes that pixels are written in', () => {
  it.each([0x40, 0x04])('have numbers up to 3, not %i', (tables) => {
    const header = Buffer.from([1, 1, tables, 0, 63, 0]);
    const scan = { bytes: Buffer.alloc(100), restarts: 0, restartInterval: 0 };
    expect(() => checkScan(frame(false), header, scan)).toThrow('contradicts');
    header[2] = 0x33;
    expect(checkScan(frame(false), header, scan).full).toBe(true);
  });
});

describe('the header of a JPEG', () => {
  const header = (sampling: number, table = 3) => Buffer.from([8, 0, 9, 0, 7, 1, 1, sampling, table]);

  it.each([0x11, 0x14, 0x41, 0x44])('allows sampling up to four: %i', (sampling) => {
    expect(readFrame(0xc0, header(sampling))).toMatchObject({ width: 7, height: 9, progressive: false });
  });

  it.each([0x01, 0x10, 0x15, 0x51])('allows no other sampling: %i', (sampling) => {
    expect(() => readFrame(0xc1, header(sampling))).toThrow('header contradicts itself');
  });

  it('allows tables up to number 3', () => {
    expect(() => readFrame(0xc2, header(0x11, 4))).toThrow('header contradicts itself');
  });
});

describe('the tables of a JPEG', () => {
  const huffman = (head: number, counts: number[], symbols: number[]) =>
    Buffer.from([head, ...counts, ...Array(16 - counts.length).fill(0), ...symbols]);

  it('may stand together in one segment', () => {
    expect(quantisationTables(Buffer.concat([Buffer.alloc(65, 0x02), Buffer.alloc(129, 0x13)]))).toEqual([2, 3]);
    const two = Buffer.concat([huffman(0x00, [1, 1], [3, 15]), huffman(0x13, [0, 3], [1, 2, 0xf0])]);
    expect(() => checkHuffmanTables(two)).not.toThrow();
  });

  it.each([
    ['of class 2', huffman(0x20, [1], [0])],
    ['of number 4', huffman(0x04, [1], [0])],
    ['without their counts', Buffer.alloc(16)],
    ['without their symbols', huffman(0x00, [1, 1], [3])],
    ['with a code of ones alone', huffman(0x10, [2], [1, 2])],
    ['with more codes than fit', huffman(0x10, [1, 3], [1, 2, 3, 4])],
    [
      'with more symbols than a byte has values',
      huffman(0x10, [0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 2], Array(257).fill(1)),
    ],
    ['with values of 16 bits', huffman(0x00, [1], [16])],
  ])('cannot be %s', (_what, payload) => {
    expect(() => checkHuffmanTables(payload)).toThrow('tables');
  });

  it.each([
    ['of three bytes a value', Buffer.alloc(193, 0x20)],
    ['of number 4', Buffer.alloc(65, 0x04)],
    ['cut', Buffer.alloc(64)],
    ['of two bytes a value and cut', Buffer.alloc(128, 0x10)],
  ])('cannot be for quantisation and %s', (_what, payload) => {
    expect(() => quantisationTables(payload)).toThrow('tables');
  });
});
