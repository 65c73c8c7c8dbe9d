import { malformed } from './multipart-error.ts';
import type { MultipartLimits } from './multipart-limits.ts';

const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/s;
/** A browser sends the name of a file called a\ as "a\", where others write \" for a quote: at the very end only one reading is left. */
const PARAMETER = /[ \t]*;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:[^"\\]|\\.)*(?:\\(?="$))?)"|([^\s";\\]+))[ \t]*/y;
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype']);
const PLAIN_ENCODINGS = new Set(['7bit', '8bit', 'binary']);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The name that a part's header block gives it; refuses blocks that parsers read in different ways. */
export function readPartName(block: Buffer, limits: MultipartLimits): string {
  const headers = readHeaders(block, limits);
  const disposition = headers.get('content-disposition');
  if (disposition === undefined) throw malformed('a part has no Content-Disposition');
  const name = decodeName(dispositionName(disposition));
  if (Buffer.byteLength(name) > limits.nameSize) throw malformed('the name of a part is too long');
  checkEncoding(headers, name);
  return name;
}

function readHeaders(block: Buffer, limits: MultipartLimits): Map<string, string> {
  const lines = block.toString('latin1').split('\r\n');
  if (lines.length > limits.headerLines) throw malformed('a part has too many header lines');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = HEADER.exec(line) ?? [];
    const key = name.toLowerCase();
    if (key === '' || /[\r\n]/.test(line)) throw malformed('a part has a broken header line');
    if (headers.has(key)) throw malformed('a part has the same header twice');
    headers.set(key, value);
  }
  return headers;
}

function dispositionName(disposition: string): string {
  const type = /^form-data(?=[ \t]*;)/i.exec(disposition);
  if (!type) throw malformed('the Content-Disposition of a part is not that of form data');
  const seen = new Map<string, string>();
  PARAMETER.lastIndex = type[0].length;
  while (PARAMETER.lastIndex < disposition.length) {
    const parameter = PARAMETER.exec(disposition);
    if (!parameter) throw malformed('the Content-Disposition of a part is broken');
    const [, key = '', quoted, token] = parameter;
    if (seen.has(key.toLowerCase())) throw malformed('a part names itself twice');
    seen.set(key.toLowerCase(), quoted ?? token ?? '');
  }
  return seen.get('name') ?? '';
}

function decodeName(raw: string): string {
  const name = decodeUtf8(Buffer.from(raw, 'latin1'));
  if (!name) throw malformed('a part has no name');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\x00-\x1f\x7f\\]/.test(name) || FORBIDDEN_NAMES.has(name))
    throw malformed('a part has a name that no field has');
  return name;
}

function checkEncoding(headers: Map<string, string>, name: string): void {
  const type = headers.get('content-type') ?? '';
  if (/^\s*multipart\//i.test(type)) throw malformed('parts within parts are not accepted', name);
  const encoding = headers.get('content-transfer-encoding')?.trim().toLowerCase();
  if (encoding !== undefined && !PLAIN_ENCODINGS.has(encoding)) {
    throw malformed('parts must be sent as they are, without a transfer encoding', name);
  }
}

/** Undefined where the bytes are no UTF-8; keeps a byte order mark. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
