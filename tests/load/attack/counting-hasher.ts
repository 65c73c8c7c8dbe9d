import { createHash } from 'node:crypto';
import type { PasswordHasher } from '#shared/security/passwords.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function digest(password: string): string {
  return `$2b$12$${createHash('sha512').update(password.normalize('NFC')).digest('hex').slice(0, 53)}`;
}

/** A hasher that costs no time and counts its comparisons. */
export function countingHasher(): PasswordHasher & { comparisons: number } {
  return {
    comparisons: 0,
    async hash(password) {
      await turn();
      return digest(password);
    },
    async verify(password, hash) {
      this.comparisons += 1;
      await turn();
      return hash === digest(password);
    },
    isFull: () => false,
    needsRehash: () => false,
    close: async () => undefined,
  };
}
