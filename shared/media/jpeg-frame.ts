import type { Dimensions } from './cleaned.ts';
import { MARKER } from './jpeg-segments.ts';
import { damaged, unsupported } from './picture-error.ts';
import { checkPixels } from './picture-limits.ts';

export type Component = { id: number; horizontal: number; vertical: number; table: number };
export type Frame = Dimensions & { progressive: boolean; components: Component[] };

/** Takes the kinds of JPEG that browsers show: 8 bits, baseline, extended or progressive, 1, 3 or 4 components. */
export function readFrame(marker: number, payload: Buffer): Frame {
  if (marker > MARKER.SOF2) throw unsupported('an unusual kind of JPEG that browsers cannot show');
  const frame = {
    height: payload.readUInt16BE(1),
    width: payload.readUInt16BE(3),
    progressive: marker === MARKER.SOF2,
    components: readComponents(payload),
  };
  if (payload.readUInt8(0) !== 8) throw unsupported('a JPEG with more than 8 bits per colour');
  checkPixels(frame.width, frame.height);
  return frame;
}

function readComponents(payload: Buffer): Component[] {
  const count = payload.readUInt8(5);
  if (![1, 3, 4].includes(count) || payload.length !== 6 + 3 * count) throw badHeader();
  return Array.from({ length: count }, (_, index) => {
    const at = 6 + 3 * index;
    const sampling = payload.readUInt8(at + 1);
    const component = {
      id: payload.readUInt8(at),
      horizontal: sampling >> 4,
      vertical: sampling & 15,
      table: payload.readUInt8(at + 2),
    };
    if (!isSampling(component.horizontal) || !isSampling(component.vertical) || component.table > 3) throw badHeader();
    return component;
  });
}

function isSampling(factor: number): boolean {
  return factor >= 1 && factor <= 4;
}

function badHeader() {
  return damaged('its header contradicts itself');
}
