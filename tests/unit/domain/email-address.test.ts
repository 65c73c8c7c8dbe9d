import { expect, it } from 'vitest';
import { canonicalEmail } from '#shared/domain/email-address.ts';

it.each([
  ['Ada.L+x@Example.ORG', 'Ada.L+x@example.org'],
  [' ada@example.org\n', 'ada@example.org'],
  // Copied from a chat, a contact card or a spreadsheet.
  ['\u202aada@example.org\u202c', 'ada@example.org'],
  ['ada\u200b@example.org\ufeff', 'ada@example.org'],
  ['\u00a0ada@exam\u00adple.org', 'ada@example.org'],
  ['mailto:ada@example.org', 'ada@example.org'],
  ['MAILTO:ada@example.org', 'ada@example.org'],
  ['ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ', 'ada@example.org'],
  ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
])('%j is kept as %s', (raw, address) => {
  expect(canonicalEmail(raw)).toBe(address);
  expect(canonicalEmail(address)).toBe(address);
});

it.each([
  '',
  'ada',
  'ada@example',
  'ada@@example.org',
  'Ada <ada@example.org>',
  'ada@example.org, eve@example.org',
  'ada eve@example.org',
  'ada@example.org.',
  'ada@example.org?subject=x',
  'ädä@example.org',
  '"a b"@example.org',
  'ada@[127.0.0.1]',
  'ada@exa\u0000mple.org',
  'ada\r\nBcc: eve@example.org',
])('%j is refused', (raw) => expect(canonicalEmail(raw)).toBeUndefined());
