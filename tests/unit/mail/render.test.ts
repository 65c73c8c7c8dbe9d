import { expect, it } from 'vitest';
import { renderLetter } from '#shared/mail/render.ts';

const EVIL = `<img src=x onerror="alert('1')"> & more`;
const letter = renderLetter({
  language: 'en',
  subject: `${EVIL}\r\nBcc: everybody@example.org`,
  blocks: [EVIL, { list: [EVIL] }, { quote: `${EVIL}\n${EVIL}` }, { link: `https://example.org/#confirm=x"${EVIL}` }],
  footer: [EVIL],
});

it('escapes every variable in HTML, in all parts of a mail', () => {
  expect(letter.html).not.toContain('<img');
  expect(letter.html.match(/&lt;img src=x onerror=&quot;alert\(&#39;1&#39;\)&quot;&gt; &amp; more/g)).toHaveLength(8);
});

it('has the same content as text, without markup', () => {
  expect(letter.text).toBe(
    `${EVIL}\n\n- ${EVIL}\n\n> ${EVIL}\n> ${EVIL}\n\nhttps://example.org/#confirm=x"${EVIL}\n\n-- \n\n${EVIL}\n`,
  );
});

it('keeps the subject on one line, and cuts it at 200 characters', () => {
  expect(letter.subject).toBe(`${EVIL} Bcc: everybody@example.org`);
  const long = renderLetter({ language: 'en', subject: 'x'.repeat(999), blocks: [], footer: [] });
  expect(long.subject).toHaveLength(200);
});
