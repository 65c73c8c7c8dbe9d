import type { Bundle } from './bundle.ts';

export const BUDGET_BYTES = 160_000;
const WITHOUT_BUDGET = new Set(['docs']);

const FORBIDDEN: readonly { what: string; path: RegExp }[] = [
  { what: 'tooling', path: /^scripts\// },
  { what: 'tests', path: /^tests\// },
  { what: 'the stock undici', path: /node_modules\/undici\// },
  { what: 'the stock json-bigint', path: /node_modules\/(json-bigint|bignumber\.js)\// },
  { what: "zod's locales", path: /node_modules\/zod\/.*\/locales\// },
];

/** Everything a bundle must not be, in words; empty when it may be deployed. */
export function faultsOf({ id, bytes, inputs }: Bundle): string[] {
  const faults: string[] = [];
  if (bytes > BUDGET_BYTES && !WITHOUT_BUDGET.has(id)) {
    faults.push(`${id}: ${bytes} bytes, ${bytes - BUDGET_BYTES} over the budget`);
  }
  for (const { what, path } of FORBIDDEN) {
    const found = [...inputs].filter(([input, size]) => size > 0 && path.test(input)).map(([input]) => input);
    if (found.length > 0) faults.push(`${id}: contains ${what} (${found.slice(0, 3).join(', ')})`);
  }
  return faults;
}
