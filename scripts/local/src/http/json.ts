/**
 * Parses JSON as PHP does: refuses a lone surrogate, which JavaScript accepts. Throws SyntaxError. The text must come
 * from UTF-8, so that a lone surrogate can only be written as an escape.
 */
export function parseJson(text: string): unknown {
  return JSON.parse(text, /\\u[dD][89a-fA-F]/.test(text) ? refuseLoneSurrogate : undefined);
}

function refuseLoneSurrogate(key: string, value: unknown): unknown {
  if (key.isWellFormed() && (typeof value !== 'string' || value.isWellFormed())) return value;
  throw new SyntaxError('Single unpaired high surrogate in Unicode escape');
}
