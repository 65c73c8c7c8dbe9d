import { randomBytes } from 'node:crypto';

export const contractPrefix = 'contract-';

/** A unique id, short enough to be the prefix of others. */
export function uniqueName(): string {
  return contractPrefix + randomBytes(5).toString('hex');
}
