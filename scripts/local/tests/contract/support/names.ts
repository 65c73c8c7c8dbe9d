import { randomBytes } from 'node:crypto';

export const contractPrefix = 'contract-';

/** An id that nobody else has; short enough to be the beginning of others. */
export function uniqueName(): string {
  return contractPrefix + randomBytes(5).toString('hex');
}
