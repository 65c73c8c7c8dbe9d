/**
 * MariaDB's boolean mode as Appwrite uses it, in the words of FTS5: any of the words, the last one as a prefix;
 * a text in quotes is a phrase. Signs that mean something to MariaDB are blanks, so nothing hostile gets through.
 */
export function searchText(value: string): string {
  const phrase = value.startsWith('"') && value.endsWith('"');
  const words = value
    .replace(/[@+\-*)(<>~"]/g, ' ')
    .normalize('NFC')
    .split(/[^\p{L}\p{N}_']+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  if (words.length === 0) return '';
  if (phrase) return quoted(words.join(' '));
  return words.map((word, index) => (index === words.length - 1 ? `${quoted(word)}*` : quoted(word))).join(' OR ');
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', ' ')}"`;
}
