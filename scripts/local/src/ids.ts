import { randomBytes } from 'node:crypto';

export function uniqueId(now: number): string {
  const seconds = Math.floor(now / 1000).toString(16);
  const rest = (now % 1000).toString(16).padStart(5, '0');
  return seconds + rest + randomBytes(4).toString('hex').slice(0, 7);
}

export function isCustomId(id: unknown): id is string {
  return typeof id === 'string' && /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,35}$/.test(id);
}

export function resolveId(id: string, now: number): string {
  return id === 'unique()' ? uniqueId(now) : id;
}

export const idRule =
  "UID must contain at most 36 chars. Valid chars are a-z, A-Z, 0-9, period, hyphen, and underscore. Can't start with a special char";
