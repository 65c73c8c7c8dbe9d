import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

type Entry = { resolved?: string; integrity?: string; link?: boolean; optionalDependencies?: Record<string, string> };

const lock: { packages: Record<string, Entry> } = JSON.parse(
  readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'),
);

/** Whether the lock file has a package where npm looks for it: below the dependent package, then further up. */
function isLocked(from: string, name: string): boolean {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf('node_modules/') - 1))) {
    if (`${place}${place === '' ? '' : '/'}node_modules/${name}` in lock.packages) return true;
    if (place === '') return false;
  }
}

it('the lock file contains no download addresses', () => {
  expect(Object.values(lock.packages).filter((entry) => entry.resolved?.startsWith('http'))).toEqual([]);
});

it('the lock file has the packages of every platform, without which npm ci fails', () => {
  const wanted = Object.entries(lock.packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).map((name) => ({ path, name })),
  );
  expect(wanted.length).toBeGreaterThan(0);
  expect(wanted.filter(({ path, name }) => !isLocked(path, name))).toEqual([]);
});

it('the lock file has an integrity for every package, also for native binaries of other platforms', () => {
  const packages = Object.entries(lock.packages).filter(
    ([path, entry]) => path.includes('node_modules/') && !entry.link,
  );
  expect(packages.filter(([, entry]) => !entry.integrity).map(([path]) => path)).toEqual([]);
});
