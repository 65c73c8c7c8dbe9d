import { damaged } from './picture-error.ts';

/** The numbers (0 to 3) of the quantisation tables that a DQT segment defines. */
export function quantisationTables(payload: Buffer): number[] {
  const numbers: number[] = [];
  let at = 0;
  while (at < payload.length) {
    const head = payload.readUInt8(at);
    const bytesPerValue = (head >> 4) + 1;
    at += 1 + 64 * bytesPerValue;
    if (bytesPerValue > 2 || (head & 15) > 3 || at > payload.length) throw badTable();
    numbers.push(head & 15);
  }
  return numbers;
}

export function checkHuffmanTables(payload: Buffer): void {
  let at = 0;
  while (at < payload.length) {
    const head = payload.readUInt8(at);
    if (head >> 4 > 1 || (head & 15) > 3 || at + 17 > payload.length) throw badTable();
    const symbolsAt = at + 17;
    at = symbolsAt + countSymbols(payload.subarray(at + 1, symbolsAt));
    if (at > payload.length || (head < 16 && payload.subarray(symbolsAt, at).some(isTooLong))) throw badTable();
  }
}

/** In the tables for first values a symbol is the number of bits that follow. */
function isTooLong(bits: number): boolean {
  return bits > 15;
}

function countSymbols(countsByLength: Buffer): number {
  let codes = 0;
  let symbols = 0;
  for (const [index, count] of countsByLength.entries()) {
    codes = codes * 2 + count;
    symbols += count;
    // No code consists of ones alone, so that the padding of a scan can be told from a code.
    if (codes >= 2 ** (index + 1)) throw badTable();
  }
  if (symbols > 256) throw badTable();
  return symbols;
}

function badTable() {
  return damaged('the tables needed to decode it are broken');
}
