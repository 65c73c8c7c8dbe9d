import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withRules } from '#scripts/policy/rules.ts';

const readme = readFileSync(new URL('../../../shared/domain/README.md', import.meta.url), 'utf8');

it('the README of shared/domain shows the present rules; if not, run npm run policy', () => {
  expect(readme).toBe(withRules(readme));
});

it('an outdated table is replaced', () => {
  const stale = readme.replace('| resolved | closed |', '| resolved | deleted |');
  expect(stale).not.toBe(readme);
  expect(withRules(stale)).toBe(readme);
});

it('a README without the markers of a table is refused', () => {
  expect(() => withRules(readme.replace('<!-- status:end -->', ''))).toThrow('needs <!-- status:start -->');
});
