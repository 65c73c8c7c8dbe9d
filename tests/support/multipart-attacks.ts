import type { ProblemCode } from '#shared/domain/problems.ts';
import { type Attack, BOUNDARY, CONTENT_TYPE, field, file, form, latin1, part } from './multipart-bodies.ts';

const DISPOSITION = 'Content-Disposition: form-data; name="title"';

/** Bodies that parsers may cut, drop or misread, each with the code of its refusal. */
export function attackBodies(): Attack[] {
  const attack = (what: string, body: Buffer, code: ProblemCode = 'malformed_form') => ({
    what,
    body,
    contentType: CONTENT_TYPE,
    code,
  });
  const headers = (what: string, ...lines: string[]) => attack(what, form(field('description', '1'), part(lines, 'x')));
  const named = (what: string, ...lines: string[]) => ({ ...headers(what, ...lines), code: 'invalid_fields' as const });
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
    headers('an empty name', 'Content-Disposition: form-data; name=""'),
    named('a name with a backslash', 'Content-Disposition: form-data; name="ti\\"tle"'),
    named('a name with NUL', 'Content-Disposition: form-data; name="ti\0tle"'),
    named('a name that is no UTF-8', 'Content-Disposition: form-data; name="\xff\xfe"'),
    named('a name of 101 bytes', `Content-Disposition: form-data; name="${'n'.repeat(101)}"`),
    named('the name __proto__', 'Content-Disposition: form-data; name="__proto__"'),
    named('the name constructor', 'Content-Disposition: form-data; name=constructor'),
    headers('a bare line feed in a header', `${DISPOSITION}\nX: y`),
    headers('a bare carriage return in a header', `${DISPOSITION}\rX: y`),
    headers('parts within a part', DISPOSITION, 'Content-Type: multipart/mixed; boundary=inner'),
    headers('base64 within a part', DISPOSITION, 'Content-Transfer-Encoding: base64'),
    headers('quoted-printable within a part', DISPOSITION, 'Content-Transfer-Encoding: quoted-printable'),
    attack('text that is no UTF-8', form(field('title', '\xe4\xf6\xfc'))),
    attack('text with half a letter', form(field('title', Buffer.from('ä').subarray(0, 1)))),
    attack('text in Latin-1', form(part([DISPOSITION, 'Content-Type: text/plain; charset=iso-8859-1'], '\xe4'))),
    attack('the same field twice', form(field('title', 'a'), field('title', 'b')), 'invalid_fields'),
    attack('the same file twice', form(file('image1', 'a', 'x'), file('image1', 'b', 'y')), 'invalid_fields'),
    attack('a field and a file of one name', form(field('image1', 'a'), file('image1', 'b', 'y')), 'invalid_fields'),
    attack('25 fields', form(...Array.from({ length: 25 }, (_, index) => field(`f${index}`, ''))), 'invalid_fields'),
    attack(
      '50 000 fields',
      form(...Array.from({ length: 50_000 }, (_, index) => field(`f${index}`, ''))),
      'invalid_fields',
    ),
    attack('10 000 empty files', form(...Array.from({ length: 10_000 }, () => file('a', '', ''))), 'invalid_fields'),
    attack('a field of 64 KiB and a byte', form(field('title', 'x'.repeat(64 * 1024 + 1))), 'invalid_fields'),
  ];
}
