/**
 * What MariaDB's default collation compares: case, accents and trailing spaces do not count.
 * Uniqueness, `equal` and ordering of strings go by the folded value.
 */
export function fold(text: string): string {
  const plain = isAscii(text)
    ? text
    : text
        .normalize('NFD')
        .replace(/\p{M}+/gu, '')
        .replaceAll('ß', 'ss');
  return plain.toLowerCase().replace(/ +$/, '');
}

/** As `fold`, for the prefix of a longer string: its trailing spaces do count. */
export function foldPart(text: string): string {
  return fold(`${text}.`).slice(0, -1);
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) > 127) return false;
  }
  return true;
}
