import { expect, it } from 'vitest';
import { buildFunctions } from '#scripts/build/functions.ts';

it('building nothing builds nothing', async () => {
  expect(await buildFunctions({ quiet: true, only: [] })).toEqual([]);
});
