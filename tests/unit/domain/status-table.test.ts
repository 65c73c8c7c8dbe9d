import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withStatusTable } from '#scripts/status/table.ts';

it('the README draws the status table as it is; if not: node scripts/status/main.ts', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  expect(readme).toBe(withStatusTable(readme));
});
