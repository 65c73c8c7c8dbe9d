import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalAppwrite } from 'local-appwrite';
import { connect } from '#scripts/project/connect.ts';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { HOUR, systemClock } from '#shared/domain/clock.ts';
import { type SweepOptions, type SweepReport, sweep } from '#shared/services/media/sweep.ts';
import { fill } from './fill.ts';

/** What the sweep costs: npm run bench:media -- <complaints> <of them with a picture> <files of nobody> */
const [complaints = 100_000, pictures = 5_000, orphans = 1_000] = process.argv.slice(2).map(Number);

const dataDir = await mkdtemp(join(tmpdir(), 'media-bench-'));
const local = await startLocalAppwrite({ dataDir, config: PROJECT_FILE });
const target = { endpoint: local.endpoint, projectId: local.projectId, key: local.apiKey };
const clock = { ...systemClock, now: () => new Date(Date.now() + 2 * HOUR) };

/** One line: what was found, in how many runs, calls and seconds, with how much memory. */
async function measure(name: string, options: SweepOptions): Promise<void> {
  const { gateway, store } = connect(target);
  const start = performance.now();
  const reports: SweepReport[] = [];
  while (!reports.at(-1)?.complete) reports.push(await sweep({ gateway, store, clock }, options));
  const found = reports.reduce((sum, { orphans }) => sum + orphans, 0);
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  const memory = `${Math.round(process.memoryUsage().rss / 1_048_576)} MB with the local Appwrite in it`;
  const { length } = reports;
  console.log(`${name}: ${seconds} s, ${gateway.calls.length} calls, ${length} runs, ${found} orphans, ${memory}`);
}

const start = performance.now();
await fill(connect(target), { complaints, pictures, orphans, picture: new Uint8Array(2_000).fill(7) });
console.log(
  `${complaints} complaints, ${pictures} pictures, ${orphans} orphans in ${Math.round((performance.now() - start) / 1_000)} s`,
);
await measure('check', { dry: true, budgetMs: Number.POSITIVE_INFINITY });
await measure('sweep with the upkeep of complaints', {});
await measure('sweep again', {});
await local.close();
await rm(dataDir, { recursive: true, force: true });
process.exit();
