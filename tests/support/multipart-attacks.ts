import type { MultipartErrorCode } from '#shared/http/multipart-error.ts';
import { type Attack, BOUNDARY, CONTENT_TYPE, field, file, form, latin1, part } from './multipart-bodies.ts';

const DISPOSITION = 'Content-Disposition: form-data; name="title"';
const MIB = 1024 * 1024;

/** Bodies that parsers cut, drop or read in different ways, each with the code of its refusal. */
export function attackBodies(): Attack[] {
  const attack = (what: string, body: Buffer, code: MultipartErrorCode = 'malformed') => ({
    what,
    body,
    contentType: CONTENT_TYPE,
    code,
  });
  const headers = (what: string, ...lines: string[]) => attack(what, form(field('a', '1'), part(lines, 'x')));
  const good = form(field('title', 'x'));
  return [
    attack('an empty body', Buffer.alloc(0)),
    attack('a body of another boundary', latin1(good.toString('latin1').replaceAll(BOUNDARY, 'other'))),
    attack('a body without its closing boundary', good.subarray(0, -(BOUNDARY.length + 8))),
    attack('a body cut in its closing boundary', good.subarray(0, -4)),
    attack('a body cut in a part', form(field('title', 'x'.repeat(500))).subarray(0, 300)),
    attack('a body cut in a header', good.subarray(0, BOUNDARY.length + 20)),
    attack('a body of one boundary', latin1(`--${BOUNDARY}`)),
    attack('a body with a preamble', Buffer.concat([latin1('hello\r\n'), good])),
    attack('a body that goes on after its end', Buffer.concat([good, field('late', 'x')])),
    attack('a body that goes on with a part after its end', Buffer.concat([good, good])),
    attack('line breaks without carriage returns', latin1(good.toString('latin1').replaceAll('\r\n', '\n'))),
    attack('a boundary with a tail', latin1(good.toString('latin1').replace(`${BOUNDARY}\r\n`, `${BOUNDARY}x\r\n`))),
    attack('a boundary with spaces', latin1(good.toString('latin1').replace(`${BOUNDARY}\r\n`, `${BOUNDARY} \r\n`))),
    attack('a boundary inside a file', form(file('image1', 'a.jpg', `x\r\n--${BOUNDARY}y`))),
    attack('a part without headers', form(latin1('\r\njust text'))),
    attack('a part without anything', form(Buffer.alloc(0))),
    attack('a part whose header never ends', form(latin1(`${DISPOSITION}\r\nX: y`))),
    headers('no disposition', 'Content-Type: text/plain'),
    headers('another disposition', 'Content-Disposition: attachment; name="title"'),
    headers('a disposition like that of form data', 'Content-Disposition: form-dataX; name="title"'),
    headers('a disposition without a name', 'Content-Disposition: form-data'),
    headers('a disposition with a filename alone', 'Content-Disposition: form-data; filename="a.jpg"'),
    headers('an empty name', 'Content-Disposition: form-data; name=""'),
    headers('two names', `${DISPOSITION}; name="other"`),
    headers('two filenames', `${DISPOSITION}; filename="a"; filename="b"`),
    headers('an extended name', "Content-Disposition: form-data; name*=utf-8''title"),
    headers('a name and an extended name', `${DISPOSITION}; name*=utf-8''other`),
    headers('an unclosed name', 'Content-Disposition: form-data; name="title'),
    headers('a name with a backslash', 'Content-Disposition: form-data; name="ti\\"tle"'),
    headers('a name with NUL', 'Content-Disposition: form-data; name="ti\0tle"'),
    headers('a name that is no UTF-8', 'Content-Disposition: form-data; name="\xff\xfe"'),
    headers('a name of 101 bytes', `Content-Disposition: form-data; name="${'n'.repeat(101)}"`),
    headers('the name __proto__', 'Content-Disposition: form-data; name="__proto__"'),
    headers('the name constructor', 'Content-Disposition: form-data; name=constructor'),
    headers('two dispositions', DISPOSITION, 'Content-Disposition: form-data; name="other"'),
    headers('two types', DISPOSITION, 'Content-Type: text/plain', 'content-type: image/png'),
    headers('a folded header', 'Content-Disposition: form-data;', ' name="title"'),
    headers('a header without a colon', DISPOSITION, 'nonsense'),
    headers('a header without a name', DISPOSITION, ': x'),
    headers('a bare line feed in a header', `${DISPOSITION}\nX: y`),
    headers('a bare carriage return in a header', `${DISPOSITION}\rX: y`),
    headers('a header name with a space', DISPOSITION, 'Content-Type : text/plain'),
    headers('nine header lines', DISPOSITION, ...Array.from({ length: 8 }, (_, index) => `X-${index}: y`)),
    headers('a header of 5 KiB', DISPOSITION, `X: ${'y'.repeat(5_000)}`),
    headers('a filename of 2 MiB', `${DISPOSITION}; filename="${'f'.repeat(2 * MIB)}"`),
    headers('parts within a part', DISPOSITION, 'Content-Type: multipart/mixed; boundary=inner'),
    headers('base64 within a part', DISPOSITION, 'Content-Transfer-Encoding: base64'),
    headers('quoted-printable within a part', DISPOSITION, 'Content-Transfer-Encoding: quoted-printable'),
    attack('text that is no UTF-8', form(field('title', '\xe4\xf6\xfc'))),
    attack('text with half a letter', form(field('title', Buffer.from('ä').subarray(0, 1)))),
    attack(
      'text in another encoding',
      form(part([DISPOSITION, 'Content-Type: text/plain; charset=utf-16le'], 'a\0b\0')),
    ),
    attack('text in Latin-1', form(part([DISPOSITION, 'Content-Type: text/plain; charset=iso-8859-1'], '\xe4'))),
    attack('the same field twice', form(field('title', 'a'), field('title', 'b')), 'duplicate_field'),
    attack('the same file twice', form(file('image1', 'a', 'x'), file('image1', 'b', 'y')), 'duplicate_field'),
    attack('a field and a file of one name', form(field('image1', 'a'), file('image1', 'b', 'y')), 'duplicate_field'),
    attack('25 fields', form(...Array.from({ length: 25 }, (_, index) => field(`f${index}`, ''))), 'too_many_parts'),
    attack(
      '50 000 fields',
      form(...Array.from({ length: 50_000 }, (_, index) => field(`f${index}`, ''))),
      'too_many_parts',
    ),
    attack('10 000 empty files', form(...Array.from({ length: 10_000 }, () => file('a', '', ''))), 'too_many_parts'),
    attack('a field of 64 KiB and a byte', form(field('title', 'x'.repeat(64 * 1024 + 1))), 'too_large'),
    attack('a file of 3 MiB and a byte', form(file('image1', 'a', Buffer.alloc(3 * MIB + 1))), 'file_too_large'),
    attack('a body of 10 MiB and a byte', Buffer.alloc(10 * MIB + 1, '-'), 'too_large'),
  ];
}
