/** The text a search looks in: one column, since a full-text index serves exactly one. At most 4200 characters. */
export function searchWords({ title, description }: { title: string; description: string }): string {
  return [...`${title}\n${description}`.normalize('NFC')].slice(0, 4_200).join('');
}

const STOPWORDS = new Set(
  'a about an are as at be by com de en for from how i in is it la of on or that the this to was what when where who will with und www'.split(
    ' ',
  ),
);
const MOST_WORDS = 8;

/** The words of a question that can be searched for: every one of them must be found, as the beginning of a word. */
export function wordsOf(question: string): string[] {
  const words =
    question
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const telling = words.filter((word) => [...word].length >= 3 && !STOPWORDS.has(word));
  return [...new Set(telling)].slice(0, MOST_WORDS);
}
