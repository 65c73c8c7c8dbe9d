import { describe, expect, it } from 'vitest';
import { clientNetwork, NO_ADDRESS } from '#shared/domain/client-network.ts';

describe('the network of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['255.255.255.255', '255.255.255.255'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002:0:0:0:1', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1', 'fe80:0:0:0::/64'],
  ])('%s is %s', (address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });

  it.each([
    '',
    'unknown',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.4.',
    '01.2.3.4:80',
    '1:2:3',
    ':::',
    '2001:db8::1::2',
    '12345::1',
    'fe80::1%eth0',
    '[::1]',
    '::1]/x',
    '1.2.3.4, 5.6.7.8',
  ])('%j is no address', (text) => {
    expect(clientNetwork(text)).toBe(NO_ADDRESS);
  });
});
