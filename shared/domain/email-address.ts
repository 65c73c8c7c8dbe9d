/** The longest address and the longest part before the `@` (RFC 5321). */
const LONGEST = 254;
const LONGEST_LOCAL = 64;

/** The characters that are allowed before the `@` without quotes. */
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;

/** Invisible characters, which are often pasted along. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;

/** A domain in lower case, with letters outside ASCII as Punycode; undefined when it is not valid. */
function canonicalDomain(raw: string): string | undefined {
  if (/[^\p{L}\p{M}\p{N}.-]/u.test(raw) || !URL.canParse(`http://${raw}`)) return undefined;
  const { hostname } = new URL(`http://${raw}`);
  return DOMAIN.test(hostname) ? hostname : undefined;
}

/**
 * The canonical spelling of an e-mail address: trimmed, without invisible characters and `mailto:`, full-width
 * characters as ASCII, the domain in lower case and Punycode. The part before the `@` keeps its case, since its server
 * may distinguish it. Undefined if it is not an address.
 */
export function canonicalEmail(raw: string): string | undefined {
  const plain = raw.normalize('NFKC').replace(INVISIBLE, '').trim();
  const [, local = '', rest = ''] = /^(?:mailto:)?(.+)@([^@]+)$/i.exec(plain) ?? [];
  const domain = canonicalDomain(rest);
  if (domain === undefined || local.length > LONGEST_LOCAL || !LOCAL.test(local)) return undefined;
  const address = `${local}@${domain}`;
  return address.length > LONGEST ? undefined : address;
}
