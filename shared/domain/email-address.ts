/** Of an address in all, and of what stands before the `@` (RFC 5321). */
const LONGEST = 254;
const LONGEST_LOCAL = 64;

/** What mail systems take without quotes. */
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;

/** Invisible characters, which come with pasting. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;

/** A domain in lower case, with letters outside ASCII as Punycode; undefined when it is not valid. */
function canonicalDomain(raw: string): string | undefined {
  if (/[^\p{L}\p{M}\p{N}.-]/u.test(raw) || !URL.canParse(`http://${raw}`)) return undefined;
  const { hostname } = new URL(`http://${raw}`);
  return DOMAIN.test(hostname) ? hostname : undefined;
}

/**
 * The canonical spelling of an e-mail address: trimmed, without invisible characters, the domain in lower case and as
 * ASCII. The part before the `@` stays as it was typed, since only its own server knows what it means. The `mailto:` of
 * a copied link and full-width signs of Asian keyboards are accepted. Undefined when it is no address.
 */
export function canonicalEmail(raw: string): string | undefined {
  const plain = raw.normalize('NFKC').replace(INVISIBLE, '').trim();
  const [, local = '', rest = ''] = /^(?:mailto:)?(.+)@([^@]+)$/i.exec(plain) ?? [];
  const domain = canonicalDomain(rest);
  if (domain === undefined || local.length > LONGEST_LOCAL || !LOCAL.test(local)) return undefined;
  const address = `${local}@${domain}`;
  return address.length > LONGEST ? undefined : address;
}
