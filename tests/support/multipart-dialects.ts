/** A part that a client shall send: a text, or a file with its name and media type. */
export type FormPart = { name: string; text: string } | { name: string; filename: string; type: string; bytes: Buffer };
export type EncodedForm = { body: Buffer; contentType: string };

type Dialect = {
  boundary: string;
  contentType(boundary: string): string;
  /** The header lines of a part. */
  head(part: FormPart): string[];
  opening?: string;
  closing?: string;
};

const plain = (boundary: string) => `multipart/form-data; boundary=${boundary}`;
const isText = (part: FormPart): part is Extract<FormPart, { text: string }> => 'text' in part;
const inUtf8 = (text: string) => Buffer.from(text).toString('latin1');
/** A name as browsers and the HTML standard escape it. */
const escaped = (text: string) => inUtf8(text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A'));
/** A name as curl and many others escape it. */
const backslashed = (text: string) => inUtf8(text.replace(/[\r\n]/g, '').replace(/["\\]/g, '\\$&'));
/** A name by RFC 5987. These clients send no line ends in file names. */
const extended = (text: string) => encodeURIComponent(text.replace(/[\r\n]/g, ''));
const size = (part: FormPart) => (isText(part) ? Buffer.byteLength(part.text) : part.bytes.length);

type Names = readonly [disposition: string, type: string];
const lowerCase: Names = ['content-disposition', 'content-type'];

/** The header lines of most clients: the disposition, and the type of a file. `quoted` escapes a name. */
function headOf(
  quoted: (text: string) => string,
  [disposition, type]: Names = ['Content-Disposition', 'Content-Type'],
) {
  return (part: FormPart): string[] => {
    const line = `${disposition}: form-data; name="${quoted(part.name)}"`;
    return isText(part) ? [line] : [`${line}; filename="${quoted(part.filename)}"`, `${type}: ${part.type}`];
  };
}

/** The header lines of real clients, from their sources and recorded requests. */
const DIALECTS: Readonly<Record<string, Dialect>> = {
  'Chrome and Edge': {
    boundary: '----WebKitFormBoundary7MA4YWxkTrZu0gW',
    contentType: plain,
    head: headOf(escaped),
  },
  Firefox: {
    boundary: '----geckoformboundary8c2f4bd1f0a2d6b1a1f3a0d1b0f4f6e7',
    contentType: plain,
    head: headOf(escaped),
  },
  curl: {
    boundary: '------------------------d74496d66958873e',
    contentType: plain,
    head: headOf(backslashed),
  },
  'React Native on Android (OkHttp)': {
    boundary: '0d5a7d3e-9f0c-4a43-a6a5-4d0a1b9c5f77',
    contentType: plain,
    head: (part) =>
      isText(part)
        ? [`content-disposition: form-data; name="${escaped(part.name)}"`, `Content-Length: ${size(part)}`]
        : [
            `content-disposition: form-data; name="${escaped(part.name)}"; filename="${escaped(part.filename)}"; filename*=utf-8''${extended(part.filename)}`,
            `content-type: ${part.type}`,
            `Content-Length: ${size(part)}`,
          ],
  },
  'React Native on iOS': {
    boundary: 'CzuZkFrTJ0ZXVGdIjVGM9HCWdJZxk4Pf',
    contentType: (boundary) => `multipart/form-data; boundary="${boundary}"`,
    opening: '\r\n',
    head: headOf(escaped, lowerCase),
  },
  'Flutter (http)': {
    boundary: 'dart-http-boundary-3vZ0QKwJ8d1XyQfYV4oEJm3GQb5l+hVbCqk_wTzJ7Xo.Z8GdPqK',
    contentType: plain,
    head: (part) =>
      isText(part)
        ? [
            `content-disposition: form-data; name="${escaped(part.name)}"`,
            'content-type: text/plain; charset=utf-8',
            'content-transfer-encoding: binary',
          ]
        : [
            `content-type: ${part.type}`,
            `content-disposition: form-data; name="${escaped(part.name)}"; filename="${escaped(part.filename)}"`,
          ],
  },
  'Flutter (dio)': {
    boundary: '--dio-boundary-2384710293',
    contentType: plain,
    head: headOf(escaped, lowerCase),
  },
  'axios on Node (form-data)': {
    boundary: '--------------------------515890814546601021194782',
    contentType: plain,
    closing: '\r\n',
    head: headOf(escaped),
  },
  Postman: {
    boundary: '--------------------------238915447219338921067342',
    contentType: plain,
    head: (part) =>
      isText(part)
        ? [`Content-Disposition: form-data; name="${escaped(part.name)}"`]
        : [
            `Content-Disposition: form-data; name="${escaped(part.name)}"; filename="${escaped(part.filename)}"`,
            `Content-Type: ${part.type === 'image/webp' ? '<Content-Type header here>' : part.type}`,
          ],
  },
  'URLSession, as Swift tutorials write it': {
    boundary: 'Boundary-8C5DDC0E-2F5B-4F7D-9C35-1F4B6E1B3A55',
    contentType: (boundary) => `multipart/form-data; boundary=${boundary};`,
    closing: '\r\n\r\n',
    head: (part) =>
      isText(part)
        ? [`Content-Disposition:form-data; name="${escaped(part.name)}";`]
        : [
            `Content-Disposition: form-data; name="${escaped(part.name)}"; filename="${escaped(part.filename)}";`,
            `Content-Type: ${part.type}`,
          ],
  },
  'Apache HttpClient': {
    boundary: 'Wk3yTzQmW_8oE6dJb0h1-lV',
    contentType: (boundary) => `multipart/form-data; charset=UTF-8; boundary=${boundary}`,
    head: (part) =>
      isText(part)
        ? [
            `Content-Disposition: form-data; name="${backslashed(part.name)}"`,
            'Content-Type: text/plain; charset=UTF-8',
            'Content-Transfer-Encoding: 8bit',
          ]
        : [
            `Content-Disposition: form-data; name="${backslashed(part.name)}"; filename="${backslashed(part.filename)}"`,
            'Content-Type: application/octet-stream',
            'Content-Transfer-Encoding: binary',
          ],
  },
  '.NET HttpClient': {
    boundary: '3b0e6a52-0a52-4f0e-8f3c-ff6a5a0a2f6e',
    contentType: (boundary) => `multipart/form-data; boundary="${boundary}"`,
    head: (part) =>
      isText(part)
        ? ['Content-Type: text/plain; charset=utf-8', `Content-Disposition: form-data; name=${part.name}`]
        : [
            `Content-Type: ${part.type}`,
            `Content-Disposition: form-data; name=${part.name}; filename="${backslashed(part.filename)}"; filename*=utf-8''${extended(part.filename)}`,
          ],
  },
  'Python requests': {
    boundary: 'c0c5d3c1b2a54f0e8d7b6f5a4e3d2c1b',
    contentType: plain,
    head: (part) =>
      isText(part)
        ? [`Content-Disposition: form-data; name="${escaped(part.name)}"`]
        : [`Content-Disposition: form-data; name="${escaped(part.name)}"; filename="${escaped(part.filename)}"`],
  },
  'PHP and Guzzle': {
    boundary: 'a3f0c1e5b2d4968714ffcc2b3a1d0e9f8c7b6a59',
    contentType: plain,
    head: (part) =>
      isText(part)
        ? [`Content-Disposition: form-data; name="${escaped(part.name)}"`, `Content-Length: ${size(part)}`]
        : [
            `Content-Disposition: form-data; name="${escaped(part.name)}"; filename="${escaped(part.filename)}"`,
            `Content-Length: ${size(part)}`,
            `Content-Type: ${part.type}`,
          ],
  },
};

export const CLIENTS = Object.keys(DIALECTS);

/** The form as this client writes it. */
export function encodeAs(client: string, parts: readonly FormPart[]): EncodedForm {
  const dialect = DIALECTS[client];
  if (!dialect) throw new Error(`There is no client called ${client}.`);
  const { boundary, opening = '', closing = '\r\n' } = dialect;
  const pieces = parts.flatMap((part) => [
    Buffer.from(`--${boundary}\r\n${dialect.head(part).join('\r\n')}\r\n\r\n`, 'latin1'),
    isText(part) ? Buffer.from(part.text) : part.bytes,
    Buffer.from('\r\n'),
  ]);
  const body = Buffer.concat([Buffer.from(opening), ...pieces, Buffer.from(`--${boundary}--${closing}`, 'latin1')]);
  return { body, contentType: dialect.contentType(boundary) };
}
