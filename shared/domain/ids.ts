const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Random bytes that were asked for and not used yet: asking for many takes as long as asking for one. */
const stock = new Uint8Array(1024);
let used = stock.length;

function randomByte(): number {
  if (used === stock.length) {
    crypto.getRandomValues(stock);
    used = 0;
  }
  const byte = stock[used] ?? 0;
  stock[used] = 0;
  used += 1;
  return byte;
}

/** 20 characters [a-z0-9] with over 100 random bits: an id nobody can guess. */
export function randomId(): string {
  let id = '';
  while (id.length < 20) {
    const byte = randomByte();
    // 252 = 7 * 36: bytes above it would favour some letters.
    if (byte < 252) id += ALPHABET[byte % 36];
  }
  return id;
}

/** A row id derived from what it stands for: one letter and 31 hex digits of SHA-256 over unambiguous parts. */
export function derivedId(letter: string, ...parts: string[]): string {
  // Loaded when first needed: it takes some milliseconds of a cold start, and most requests hash nothing.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return letter + createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 31);
}

/** The one gate in front of every id that goes into an Appwrite URL: an empty or dotted id would reach another route. */
export function isSafeId(id: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,35}$/.test(id);
}

export const COMPLAINT_ID_PATTERN = /^[a-z0-9]{20}$/;

export const MAX_IMAGES = 3;

/** The file id of a complaint's picture: derived, so that a file always names its owner. `index` counts from 0. */
export function imageFileId(complaintId: string, index: number): string {
  return `${complaintId}-${index}`;
}

/** The ids of all files that a complaint may have. */
export function imageFileIds(complaintId: string): string[] {
  return Array.from({ length: MAX_IMAGES }, (_, index) => imageFileId(complaintId, index));
}

/** The complaint a file id belongs to, or undefined when it is none of ours. */
export function ownerOfFile(fileId: string): string | undefined {
  return /^([a-z0-9]{20})-[0-2]$/.exec(fileId)?.[1];
}
