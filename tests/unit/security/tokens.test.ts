import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { issueToken } from '#shared/security/issue-token.ts';
import { claims, forge, header, kidOf, NOW, OTHER_SECRET, SECRET, SUBJECT, tokensAt } from './token-fixtures.ts';

const HOUR = 3600;

describe('a token', () => {
  it('identifies its user until it expires, and contains nothing else', async () => {
    const { token, expiresAt, jti } = await issueToken(tokensAt(), SUBJECT);
    expect(expiresAt).toEqual(new Date(NOW + 12 * HOUR * 1000));
    expect(await tokensAt().verify(token)).toEqual({ ...SUBJECT, jti, issuedAt: new Date(NOW), expiresAt });
    const [head, payload] = token.split('.', 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
    expect(head).toEqual({ alg: 'HS256', typ: 'at+jwt', kid: kidOf(SECRET) });
    expect(Object.keys(payload).sort()).toEqual(['aud', 'ep', 'exp', 'iat', 'iss', 'jti', 'sub']);
  });

  it('has an id of its own', async () => {
    const issued = await Promise.all(Array.from({ length: 200 }, () => issueToken(tokensAt(), SUBJECT)));
    expect(new Set(issued.map(({ jti }) => jti)).size).toBe(200);
    expect(issued.every(({ jti }) => /^[\w-]{22}$/.test(jti))).toBe(true);
  });

  it.each([
    [-HOUR, false],
    [-6, false],
    [-5, true],
    [0, true],
    [12 * HOUR - 1, true],
    [12 * HOUR + 6, false],
    [13 * HOUR, false],
  ])('issued at noon is checked %d seconds later: accepted %s', async (seconds, accepted) => {
    const { token } = await issueToken(tokensAt(), SUBJECT);
    expect((await tokensAt(seconds).verify(token)) !== undefined).toBe(accepted);
  });

  it('made by hand like the service’s is accepted, so each forgery below fails for its own reason', async () => {
    expect(await tokensAt().verify(forge(header(), claims()))).toMatchObject(SUBJECT);
  });
});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
function signedByRsa(): string {
  const signed = forge({ ...header(), alg: 'RS256' }, claims())
    .split('.')
    .slice(0, 2)
    .join('.');
  return `${signed}.${sign('sha256', Buffer.from(signed), rsa.privateKey).toString('base64url')}`;
}

const good = forge(header(), claims());
const [head = '', payload = '', signature = ''] = good.split('.');

const FORGERIES: Record<string, string> = {
  nothing: '',
  'two dots': '..',
  'no signature': `${head}.${payload}.`,
  'no signature and no dot': `${head}.${payload}`,
  'five parts': `${good}.a.b`,
  'alg none': forge({ ...header(), alg: 'none' }, claims()),
  'alg none, unsigned': `${forge({ ...header(), alg: 'none' }, claims())
    .split('.')
    .slice(0, 2)
    .join('.')}.`,
  'alg nOnE': forge({ ...header(), alg: 'nOnE' }, claims()),
  'alg HS512': forge({ ...header(), alg: 'HS512' }, claims(), { digest: 'sha512' }),
  'alg HS384': forge({ ...header(), alg: 'HS384' }, claims(), { digest: 'sha384' }),
  'alg HS256 with a longer MAC': forge(header(), claims(), { digest: 'sha512' }),
  'alg RS256': signedByRsa(),
  'alg ES256': forge({ ...header(), alg: 'ES256' }, claims()),
  'alg in lower case': forge({ ...header(), alg: 'hs256' }, claims()),
  'alg missing': forge({ typ: 'at+jwt', kid: kidOf(SECRET) }, claims()),
  'alg twice': forge(`{"alg":"none","alg":"HS256","typ":"at+jwt","kid":"${kidOf(SECRET)}"}`, claims()),
  'another secret': forge(header(), claims(), { secret: OTHER_SECRET }),
  'another secret and its kid': forge({ ...header(), kid: kidOf(OTHER_SECRET) }, claims(), { secret: OTHER_SECRET }),
  'the empty secret': forge(header(), claims(), { secret: '' }),
  'kid missing': forge({ alg: 'HS256', typ: 'at+jwt' }, claims()),
  'kid unknown': forge({ ...header(), kid: '00000000' }, claims()),
  'kid a path': forge({ ...header(), kid: '../../dev/null' }, claims(), { secret: '' }),
  'kid a list': forge({ ...header(), kid: [kidOf(SECRET)] }, claims()),
  'kid in upper case': forge({ ...header(), kid: kidOf(SECRET).toUpperCase() }, claims()),
  jku: forge(header({ jku: 'https://attacker.example/keys' }), claims()),
  jwk: forge(header({ jwk: { kty: 'oct', k: 'AAAA' } }), claims()),
  x5u: forge(header({ x5u: 'https://attacker.example/cert' }), claims()),
  'crit unknown': forge(header({ crit: ['x'], x: 1 }), claims()),
  'crit b64': forge(header({ crit: ['b64'], b64: false }), claims()),
  'crit empty': forge(header({ crit: [] }), claims()),
  'an extra header member': forge(header({ role: 'admin' }), claims()),
  'typ JWT': forge({ ...header(), typ: 'JWT' }, claims()),
  'typ missing': forge({ alg: 'HS256', kid: kidOf(SECRET) }, claims()),
  'typ application/at+jwt': forge({ ...header(), typ: 'application/at+jwt' }, claims()),
  zip: forge(header({ zip: 'DEF' }), claims()),
  'header in another order': forge({ kid: kidOf(SECRET), typ: 'at+jwt', alg: 'HS256' }, claims()),
  'header with spaces': forge(JSON.stringify(header(), null, 1), claims()),
  'header not JSON': forge('HS256', claims()),
  'iss of another project': forge(header(), claims({ iss: 'complaints:other' })),
  'iss missing': forge(header(), claims({ iss: undefined })),
  'iss a list': forge(header(), claims({ iss: ['complaints:project'] })),
  'aud of another service': forge(header(), claims({ aud: 'other' })),
  'aud a list with ours': forge(header(), claims({ aud: ['other', 'complaints-api'] })),
  'aud missing': forge(header(), claims({ aud: undefined })),
  'sub missing': forge(header(), claims({ sub: undefined })),
  'sub empty': forge(header(), claims({ sub: '' })),
  'sub a path': forge(header(), claims({ sub: '../x' })),
  'sub a number': forge(header(), claims({ sub: 1 })),
  'sub too long': forge(header(), claims({ sub: 'a'.repeat(37) })),
  'jti missing': forge(header(), claims({ jti: undefined })),
  'jti short': forge(header(), claims({ jti: 'abc' })),
  'epoch missing': forge(header(), claims({ ep: undefined })),
  'epoch empty': forge(header(), claims({ ep: '' })),
  'epoch null': forge(header(), claims({ ep: null })),
  'exp missing': forge(header(), claims({ exp: undefined })),
  'exp past': forge(header(), claims({ exp: NOW / 1000 - 6 })),
  'exp a text': forge(header(), claims({ exp: String(NOW) })),
  'exp infinite': forge(header(), JSON.stringify(claims()).replace(/"exp":\d+/, '"exp":1e999')),
  'exp fractional': forge(header(), claims({ exp: NOW / 1000 + 0.5 })),
  'iat missing': forge(header(), claims({ iat: undefined })),
  'iat in the future': forge(header(), claims({ iat: NOW / 1000 + 6 })),
  'iat older than a lifetime, exp to come': forge(header(), claims({ iat: NOW / 1000 - 12 * HOUR - 6 })),
  'nbf in the future': forge(header(), claims({ nbf: NOW / 1000 + 60 })),
  'a role': forge(header(), claims({ role: 'admin' })),
  'payload a list': forge(header(), [claims()]),
  'payload not JSON': forge(header(), 'this is not JSON at all'),
  'payload null': forge(header(), 'null                    '),
  'payload huge': forge(header(), claims({ ep: 'a'.repeat(5000) })),
  padding: `${good}=`,
  'leading space': ` ${good}`,
  'trailing newline': `${good}\n`,
  'inner newline': `${head}.\n${payload}.${signature}`,
  'signature of zeros': `${head}.${payload}.${'A'.repeat(43)}`,
  'signature cut': good.slice(0, -1),
  'standard base64': good
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/\.(?=[^.]*$)/, '.+'),
  'two tokens': `${good}, ${good}`,
  'with its scheme': `Bearer ${good}`,
  'as JSON serialisation': JSON.stringify({ protected: head, payload, signature }),
  'header of another token': `${forge({ alg: 'none' }, {}).split('.')[0]}.${payload}.${signature}`,
  'payload of another token': `${head}.${forge({}, claims({ sub: 'admin' })).split('.')[1]}.${signature}`,
};

describe('a forged token', () => {
  it.each(Object.entries(FORGERIES))('is refused: %s', async (_, token) => {
    expect(await tokensAt().verify(token)).toBeUndefined();
  });
});

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

it('a token with any character altered is refused', async () => {
  const tokens = tokensAt();
  const { token } = await issueToken(tokens, SUBJECT);
  const perCharacter = Number(process.env.FUZZ_RUNS ?? 0) > 0 ? 12 : 3;
  const accepted = new Set<string>();
  for (let at = 0; at < token.length; at += 1) {
    const place = ALPHABET.indexOf(token[at] ?? '');
    // The first three differ in the lowest bits only, which a lenient decoder ignores at the end of a part.
    const nearest = [1, 2, 3].map((bits) => ALPHABET[place ^ bits] ?? 'A');
    const others = ['.', '=', '+', '/', ' ', '\n', '\0', 'é', ''].slice(0, perCharacter - 3);
    for (const character of [...nearest, ...others]) {
      const mutant = token.slice(0, at) + character + token.slice(at + 1);
      if (await tokens.verify(mutant)) accepted.add(mutant);
    }
  }
  expect([...accepted].filter((mutant) => mutant !== token)).toEqual([]);
  expect(await tokens.verify(token)).toBeDefined();
});

it('a rotation keeps only the tokens of the previous secret', async () => {
  const [first, second, third] = [SECRET, OTHER_SECRET, `${SECRET.slice(20)}${OTHER_SECRET.slice(0, 20)}`];
  const before = tokensAt(0, { current: first });
  const during = tokensAt(60, { current: second, previous: first });
  const after = tokensAt(120, { current: second });
  const later = tokensAt(180, { current: third, previous: second });
  const old = (await issueToken(before, SUBJECT)).token;
  const young = (await issueToken(during, SUBJECT)).token;
  const accepts = async (token: string) =>
    (await Promise.all([before, during, after, later].map((tokens) => tokens.verify(token)))).map(Boolean);
  expect(await accepts(old)).toEqual([true, true, false, false]);
  expect((await tokensAt(60, { current: first }).verify(young)) === undefined).toBe(true);
  expect((await accepts(young)).slice(1)).toEqual([true, true, true]);
});
