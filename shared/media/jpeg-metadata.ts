import { type Orientation, orientationBlock, readOrientation } from './exif-orientation.ts';
import { trimProfile } from './icc-profile.ts';
import { MARKER } from './jpeg-segments.ts';

/** The little of a JPEG's metadata that decides how it looks. */
export type JpegMetadata = {
  orientation: Orientation;
  density: Buffer | undefined;
  colourTransform: Buffer | undefined;
  profile: { parts: Map<number, Buffer>; count: number; consistent: boolean };
};

const JFIF = Buffer.from('JFIF\0', 'latin1');
const EXIF = Buffer.from('Exif\0\0', 'latin1');
const ICC = Buffer.from('ICC_PROFILE\0', 'latin1');
const ADOBE = Buffer.from('Adobe', 'latin1');
const ICC_PART_BYTES = 65_519;

export function noMetadata(): JpegMetadata {
  return {
    orientation: 1,
    density: undefined,
    colourTransform: undefined,
    profile: { parts: new Map(), count: 0, consistent: true },
  };
}

/** Takes note of one APPn segment; ignores what is damaged or does not change the picture's look. */
export function noteMetadata(metadata: JpegMetadata, marker: number, payload: Buffer): void {
  if (marker === MARKER.APP0 && begins(payload, JFIF) && payload.length >= 14) {
    metadata.density = payload.subarray(5, 12);
  } else if (marker === MARKER.APP1 && begins(payload, EXIF)) {
    if (metadata.orientation === 1) metadata.orientation = readOrientation(payload);
  } else if (marker === MARKER.APP2 && begins(payload, ICC) && payload.length >= 14) {
    noteProfile(metadata, payload);
  } else if (marker === MARKER.APP14 && begins(payload, ADOBE) && payload.length >= 12) {
    metadata.colourTransform = payload.subarray(0, 12);
  }
}

/** Canonical segments, so that cleaning what is clean changes nothing. */
export function metadataSegments(metadata: JpegMetadata): Buffer[] {
  const segments: Buffer[] = [];
  if (metadata.density) segments.push(segment(MARKER.APP0, [JFIF, metadata.density, Buffer.alloc(2)]));
  if (metadata.orientation !== 1) {
    segments.push(segment(MARKER.APP1, [EXIF, orientationBlock(metadata.orientation)]));
  }
  segments.push(...profileSegments(metadata));
  if (metadata.colourTransform) segments.push(segment(MARKER.APP14, [metadata.colourTransform]));
  return segments;
}

function noteProfile({ profile }: JpegMetadata, payload: Buffer): void {
  const [number = 0, count = 0] = payload.subarray(ICC.length);
  const expected = profile.parts.size === 0 || profile.count === count;
  if (!expected || number < 1 || number > count || profile.parts.has(number)) profile.consistent = false;
  profile.count = count;
  profile.parts.set(number, payload.subarray(ICC.length + 2));
}

function profileSegments({ profile: { parts, count, consistent } }: JpegMetadata): Buffer[] {
  if (!consistent || parts.size !== count) return [];
  const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
  const profile = trimProfile(Buffer.concat(inOrder));
  if (!profile) return [];
  const total = Math.ceil(profile.length / ICC_PART_BYTES);
  return Array.from({ length: total }, (_, index) => {
    const part = profile.subarray(index * ICC_PART_BYTES, (index + 1) * ICC_PART_BYTES);
    return segment(MARKER.APP2, [ICC, Buffer.from([index + 1, total]), part]);
  });
}

function segment(marker: number, content: Buffer[]): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  const whole = Buffer.concat([head, ...content]);
  whole.writeUInt16BE(whole.length - 2, 2);
  return whole;
}

function begins(payload: Buffer, prefix: Buffer): boolean {
  return payload.subarray(0, prefix.length).equals(prefix);
}
