import fc from 'fast-check';

/** Any code point, every second one ASCII. The library's own `binary` takes a second to build a table of all. */
export const anyCharacter = fc
  .oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0, max: 0x10ffff }))
  .map((code) => String.fromCodePoint(code));
