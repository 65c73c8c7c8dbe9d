import { describe, expect, it } from 'vitest';
import type { Account } from '#shared/appwrite/accounts.ts';
import { NO_ADDRESS } from '#shared/domain/client-network.ts';
import { DAY } from '#shared/domain/clock.ts';
import { addressesAfter, isKnownAddress } from '#shared/services/auth/known-addresses.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const later = (days: number) => new Date(NOW.getTime() + days * DAY);

type Knowing = Pick<Account, '$id' | 'knownAddresses'>;

const account = (id = 'u1', knownAddresses: Account['knownAddresses'] = []): Knowing => ({ $id: id, knownAddresses });

describe('a known address', () => {
  it('has been used for a login in the last 30 days, and is known for that account only', () => {
    const known = addressesAfter(account(), '192.0.2.1', NOW) ?? [];
    expect(isKnownAddress(account('u1', known), '192.0.2.1', later(29))).toBe(true);
    expect(isKnownAddress(account('u1', known), '192.0.2.1', later(31))).toBe(false);
    expect(isKnownAddress(account('u1', known), '192.0.2.2', NOW)).toBe(false);
    expect(isKnownAddress(account('u2', known), '192.0.2.1', NOW)).toBe(false);
    expect(JSON.stringify(known)).not.toContain('192.0.2');
  });

  it('is stored at most once a day', () => {
    const known = addressesAfter(account(), '192.0.2.1', NOW) ?? [];
    expect(addressesAfter(account('u1', known), '192.0.2.1', NOW)).toBeUndefined();
    expect(addressesAfter(account('u1', known), '192.0.2.1', later(1))).toHaveLength(1);
  });

  it('is among the last eight, which fit into their column', () => {
    let known: Account['knownAddresses'] = [];
    for (let index = 0; index < 20; index += 1) {
      known = addressesAfter(account('u1', known), `192.0.2.${index}`, NOW) ?? known;
    }
    expect(known).toHaveLength(8);
    expect(JSON.stringify(known).length).toBeLessThan(1_000);
    expect(isKnownAddress(account('u1', known), '192.0.2.19', NOW)).toBe(true);
    expect(isKnownAddress(account('u1', known), '192.0.2.11', NOW)).toBe(false);
  });

  it('is never the placeholder for a missing address', () => {
    expect(addressesAfter(account(), NO_ADDRESS, NOW)).toBeUndefined();
    expect(isKnownAddress(account('u1', [{ mark: 'x', seen: '2026-06-01' }]), NO_ADDRESS, NOW)).toBe(false);
  });
});
