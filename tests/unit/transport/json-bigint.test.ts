import { expect, it } from 'vitest';
import createJson from '#shared/appwrite/transport/json-bigint.ts';

it('reads and writes what Appwrite sends as JSON does, and refuses what is none', () => {
  const row = { $id: 'a', $sequence: '12', total: 5000, price: -1.5e3, tags: ['ü', null, true], nested: { at: 1 } };
  const json = createJson();
  expect(json.parse(JSON.stringify(row))).toEqual(row);
  expect(json.stringify({ ...row, gone: undefined })).toBe(JSON.stringify(row));
  expect(() => json.parse('<html>')).toThrow(SyntaxError);
});
