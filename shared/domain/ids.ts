const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Random bytes are drawn in batches: 1024 bytes take as long as one. */
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

function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    const byte = randomByte();
    // 252 = 7 * 36: larger bytes would favour some letters.
    if (byte < 252) text += ALPHABET[byte % 36];
  }
  return text;
}

/** 20 characters [a-z0-9] with over 100 random bits, so an id cannot be guessed. */
export function randomId(): string {
  return randomText(20);
}

const TIME_LENGTH = 9;

/**
 * A time as 9 characters [0-9a-z]: its milliseconds in base 36. Keys sort like their times in every collation. Times
 * before 1970 count as 1970.
 */
export function timeKey(time: Date): string {
  return Math.max(0, time.getTime()).toString(36).padStart(TIME_LENGTH, '0');
}

/** Sorts after every time key. */
export const NEVER_KEY = 'z'.repeat(TIME_LENGTH);

/** A new complaint id: the time key of the filing and 11 random characters (56 bits). Ids sort by filing. */
export function complaintIdAt(time: Date): string {
  return timeKey(time) + randomText(11);
}

/** The time with which a complaint id or a sort key begins. */
export function timeOfKey(key: string): Date {
  return new Date(Number.parseInt(key.slice(0, TIME_LENGTH), 36));
}

/**
 * A unique sort key of 29 characters: the time key and the whole id, so that complaints with equal times sort by
 * filing. null sorts last.
 */
export function sortKey(time: Date | null, complaintId: string): string {
  return (time === null ? NEVER_KEY : timeKey(time)) + complaintId;
}

/** A row id derived from `parts`: one letter and 31 hex digits of their SHA-256. */
export function derivedId(letter: string, ...parts: string[]): string {
  // Loaded on demand: loading takes some milliseconds of a cold start, and most requests hash nothing.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return letter + createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 31);
}

/** A hash of texts, to detect changes: 16 hex digits of SHA-256. */
export function shortHash(texts: readonly (string | null)[]): string {
  return derivedId('m', JSON.stringify(texts)).slice(1, 17);
}

/** Whether an id may go into an Appwrite URL. An empty id or one with dots would reach another route. */
export function isSafeId(id: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,35}$/.test(id);
}

export const COMPLAINT_ID_PATTERN = /^[a-z0-9]{20}$/;

const LATER_LENGTH = 8;

/** The most pictures per request and per complaint. */
export const MAX_IMAGES_PER_REQUEST = 3;
export const MAX_IMAGES_PER_COMPLAINT = 12;

/** The file id of a picture that is sent with a filing. It contains the complaint's id. `index` counts from 0. */
export function imageFileId(complaintId: string, index: number): string {
  return `${complaintId}-${index}`;
}

/**
 * A new file id for a picture that is added later. It is random, so that files of a failed try do not block a retry.
 */
export function laterImageId(complaintId: string): string {
  return `${complaintId}-${randomText(LATER_LENGTH)}`;
}

/** Whether this is the id of a picture that was added later. It belongs to the complaint only if the row names it. */
export function isLaterImage(fileId: string): boolean {
  return /^[a-z0-9]{20}-[a-z0-9]{8}$/.test(fileId);
}

/** The ids of all files that a filing may store. */
export function imageFileIds(complaintId: string): string[] {
  return Array.from({ length: MAX_IMAGES_PER_REQUEST }, (_, index) => imageFileId(complaintId, index));
}

/** The complaint that a file id belongs to, or undefined for a foreign id. */
export function ownerOfFile(fileId: string): string | undefined {
  return /^([a-z0-9]{20})-(?:[0-2]|[a-z0-9]{8})$/.exec(fileId)?.[1];
}
