const MAX_PARTS = 64;

/** A file as slices of the memory it came in, since copying megabytes would take most of the time. */
export class Pieces {
  readonly parts: readonly Buffer[];
  readonly size: number;

  /** Merges parts that are adjacent in memory. If more than 64 remain, they are copied into one. */
  constructor(parts: readonly Buffer[]) {
    const merged = parts.reduce(mergeAdjacent, []);
    this.parts = merged.length > MAX_PARTS ? [Buffer.concat(merged)] : merged;
    this.size = parts.reduce((sum, { length }) => sum + length, 0);
  }

  /** A copy of the bytes from `start` to before `end`. */
  slice(start: number, end = this.size): Buffer {
    const found: Buffer[] = [];
    let at = 0;
    for (const part of this.parts) {
      if (at < end && at + part.length > start) found.push(part.subarray(Math.max(0, start - at), end - at));
      at += part.length;
    }
    return Buffer.concat(found);
  }
}

function mergeAdjacent(merged: Buffer[], part: Buffer): Buffer[] {
  const last = merged.at(-1);
  if (last && last.buffer === part.buffer && last.byteOffset + last.length === part.byteOffset) {
    merged[merged.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + part.length);
  } else if (part.length > 0) {
    merged.push(part);
  }
  return merged;
}
