const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A buffer of random bytes: drawing many at once takes as long as drawing one. */
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
    // 252 = 7 * 36: bytes above it would favour some letters.
    if (byte < 252) text += ALPHABET[byte % 36];
  }
  return text;
}

/** 20 characters [a-z0-9] with over 100 random bits: an id nobody can guess. */
export function randomId(): string {
  return randomText(20);
}

const TIME_LENGTH = 9;

/**
 * A time as 9 characters [0-9a-z]: its milliseconds in base 36. Sorts as the times do, in every collation.
 * Times before 1970 become 1970.
 */
export function timeKey(time: Date): string {
  return Math.max(0, time.getTime()).toString(36).padStart(TIME_LENGTH, '0');
}

/** Sorts after the key of every time. */
export const NEVER_KEY = 'z'.repeat(TIME_LENGTH);

/** The id of a complaint that is filed now: its time, then 11 random characters (56 bits). Ids sort by filing. */
export function complaintIdAt(time: Date): string {
  return timeKey(time) + randomText(11);
}

/** The time that an id of a complaint, or another key of it, begins with. */
export function timeOfKey(key: string): Date {
  return new Date(Number.parseInt(key.slice(0, TIME_LENGTH), 36));
}

/**
 * A unique sort key of a complaint by another time than its filing, 29 characters: the time and the whole id, so that
 * complaints of the same time sort by filing. null sorts last.
 */
export function sortKey(time: Date | null, complaintId: string): string {
  return (time === null ? NEVER_KEY : timeKey(time)) + complaintId;
}

/** A row id derived from `parts`: one letter and 31 hex digits of their SHA-256. */
export function derivedId(letter: string, ...parts: string[]): string {
  // Loaded on demand: it takes some milliseconds of a cold start, and most requests hash nothing.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return letter + createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 31);
}

/** A short mark of texts, to notice that they have changed: 16 hex digits of SHA-256. */
export function markOf(texts: readonly (string | null)[]): string {
  return derivedId('m', JSON.stringify(texts)).slice(1, 17);
}

/** The one gate in front of every id that goes into an Appwrite URL: an empty or dotted id would reach another route. */
export function isSafeId(id: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,35}$/.test(id);
}

export const COMPLAINT_ID_PATTERN = /^[a-z0-9]{20}$/;

const LATER_LENGTH = 8;

/** The most pictures of one request, and of a complaint in all. */
export const MAX_IMAGES_PER_REQUEST = 3;
export const MAX_IMAGES_PER_COMPLAINT = 12;

/**
 * The file id of a picture that a complaint is filed with: derived, so that a file always names its owner. `index`
 * counts from 0.
 */
export function imageFileId(complaintId: string, index: number): string {
  return `${complaintId}-${index}`;
}

/**
 * A new file id of a picture that is added later. It differs at each try, so that the files of a failed try
 * do not block the next one.
 */
export function laterImageId(complaintId: string): string {
  return `${complaintId}-${randomText(LATER_LENGTH)}`;
}

/** Whether this is the id of a picture that was added later, which belongs to the complaint only once its row names it. */
export function isLaterImage(fileId: string): boolean {
  return /^[a-z0-9]{20}-[a-z0-9]{8}$/.test(fileId);
}

/** The ids of all files that a complaint may be filed with. */
export function imageFileIds(complaintId: string): string[] {
  return Array.from({ length: MAX_IMAGES_PER_REQUEST }, (_, index) => imageFileId(complaintId, index));
}

/** The complaint a file id belongs to, or undefined when it is none of ours. */
export function ownerOfFile(fileId: string): string | undefined {
  return /^([a-z0-9]{20})-(?:[0-2]|[a-z0-9]{8})$/.exec(fileId)?.[1];
}
