import type { Bundle } from './bundle.ts';
import { BUDGET_BYTES } from './rules.ts';

/** What each bundle weighs and which packages the weight comes from. */
export function sizeTable(bundles: readonly Bundle[]): string {
  const rows = bundles.map((bundle) => [
    bundle.id,
    String(bundle.bytes),
    String(bundle.gzipBytes),
    `${Math.round((100 * bundle.bytes) / BUDGET_BYTES)} %`,
    origins(bundle),
  ]);
  const table = [['function', 'bytes', 'gzip', 'budget', 'from'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}

function origins({ inputs }: Bundle): string {
  const sums = new Map<string, number>();
  for (const [path, size] of inputs) {
    const origin = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path.split('/')[0] ?? path;
    sums.set(origin, (sums.get(origin) ?? 0) + size);
  }
  const largest = [...sums].filter(([, size]) => size > 0).sort(([, a], [, b]) => b - a);
  return largest.map(([origin, size]) => `${origin} ${(size / 1000).toFixed(1)} k`).join(', ');
}
