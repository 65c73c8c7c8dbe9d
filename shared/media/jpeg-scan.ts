import type { Component, Frame } from './jpeg-frame.ts';
import type { Scan } from './jpeg-segments.ts';
import { cutShort, damaged } from './picture-error.ts';

/** `full`: the scan carries its components' brightness or colour itself, not only a refinement of it. */
export type ScanCheck = { components: Component[]; full: boolean };

/** Compares a scan with what the frame promises, as far as that is possible without decoding. */
export function checkScan(frame: Frame, header: Buffer, scan: Scan & { restartInterval: number }): ScanCheck {
  const components = scanComponents(frame, header);
  const [start = 0, end = 0, approximation = 0] = header.subarray(header.length - 3);
  if (frame.progressive) checkProgression({ start, end, approximation, count: components.length });
  const { units, blocks } = scanSize(frame, components);
  checkRestarts(scan, units);
  const full = !frame.progressive || start === 0;
  // A coded block takes at least one bit, and two (first value, end of block) where it is coded whole.
  const bits = full ? blocks * (frame.progressive ? 1 : 2) : 1;
  if (scan.bytes.length * 8 < bits) throw cutShort();
  return { components, full };
}

function scanComponents(frame: Frame, header: Buffer): Component[] {
  const count = header.readUInt8(0);
  if (count < 1 || count > 4 || header.length !== 4 + 2 * count) throw badScan();
  const components: Component[] = [];
  for (let index = 0; index < count; index++) {
    const id = header.readUInt8(1 + 2 * index);
    const tables = header.readUInt8(2 + 2 * index);
    const component = frame.components.find((candidate) => candidate.id === id && !components.includes(candidate));
    if (!component || tables >> 4 > 3 || (tables & 15) > 3) throw badScan();
    components.push(component);
  }
  return components;
}

type Progression = { start: number; end: number; approximation: number; count: number };

function checkProgression({ start, end, approximation, count }: Progression): void {
  const band = start === 0 ? end === 0 : start <= end && end <= 63 && count === 1;
  const [before, after] = [approximation >> 4, approximation & 15];
  if (!band || after > 13 || (before !== 0 && after !== before - 1)) throw badScan();
}

/** A scan of one component counts in its blocks, one of several in units that hold blocks of each. */
function scanSize(frame: Frame, components: Component[]): { units: number; blocks: number } {
  const widest = Math.max(...frame.components.map(({ horizontal }) => horizontal));
  const tallest = Math.max(...frame.components.map(({ vertical }) => vertical));
  const [only] = components;
  if (only && components.length === 1) {
    const columns = Math.ceil(Math.ceil((frame.width * only.horizontal) / widest) / 8);
    const rows = Math.ceil(Math.ceil((frame.height * only.vertical) / tallest) / 8);
    return { units: columns * rows, blocks: columns * rows };
  }
  const blocksPerUnit = components.reduce((sum, { horizontal, vertical }) => sum + horizontal * vertical, 0);
  if (blocksPerUnit > 10) throw badScan();
  const units = Math.ceil(frame.width / (8 * widest)) * Math.ceil(frame.height / (8 * tallest));
  return { units, blocks: units * blocksPerUnit };
}

/** Some encoders write one restart marker more, after the last unit; one fewer means that pixels are missing. */
function checkRestarts({ restarts, restartInterval }: Scan & { restartInterval: number }, units: number): void {
  const expected = restartInterval === 0 ? 0 : Math.ceil(units / restartInterval) - 1;
  if (restarts < expected) throw cutShort();
  if (restarts > expected + (restartInterval === 0 ? 0 : 1)) throw damaged('it has more content than its size allows');
}

function badScan() {
  return damaged('the description of its pixels contradicts its header');
}
