/** The key of callers whose address is missing or unreadable. They share their limits; it is never a known address. */
export const NO_ADDRESS = 'unknown';

const IPV6_LETTERS = /^[\da-f:.]+$/i;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** The eight groups of an IPv6 address as numbers; undefined if it is not one. */
function groupsOf(address: string): number[] | undefined {
  if (!address.includes(':') || !IPV6_LETTERS.test(address) || !URL.canParse(`http://[${address}]`)) return undefined;
  // The URL parser normalizes the address: shortest form, lower case, no dots.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const split = (part: string | undefined) => (part ? part.split(':').map((group) => Number.parseInt(group, 16)) : []);
  const [before, after] = [split(head), split(tail)];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

/**
 * The key of limits per client: an IPv4 address, or the /64 of an IPv6 address, since one household can use any address
 * of its /64. An IPv4-mapped IPv6 address counts as the IPv4 address. `NO_ADDRESS` if the text is not an address.
 */
export function clientNetwork(address: string): string {
  if (IPV4.test(address)) return address;
  const groups = groupsOf(address);
  if (!groups) return NO_ADDRESS;
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) {
    const [high = 0, low = 0] = groups.slice(6);
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  }
  const prefix = groups.slice(0, 4).map((group) => group.toString(16));
  return `${prefix.join(':')}::/64`;
}
