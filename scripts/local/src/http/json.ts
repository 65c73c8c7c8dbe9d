/**
 * Parses JSON as PHP does, which refuses half a surrogate pair; JavaScript accepts it. Throws SyntaxError. Only an
 * escape can be half a pair, since the text was decoded from UTF-8.
 */
export function parseJson(text: string): unknown {
  return JSON.parse(text, /\\u[dD][89a-fA-F]/.test(text) ? refuseLoneSurrogate : undefined);
}

function refuseLoneSurrogate(key: string, value: unknown): unknown {
  if (key.isWellFormed() && (typeof value !== 'string' || value.isWellFormed())) return value;
  throw new SyntaxError('Single unpaired high surrogate in Unicode escape');
}
