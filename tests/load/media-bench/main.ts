import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalAppwrite } from 'local-appwrite';
import { connect } from '#scripts/project/connect.ts';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { HOUR, systemClock } from '#shared/domain/clock.ts';
import { type MaintenanceReport, runMaintenance } from '#shared/services/maintenance/run.ts';
import { fill } from './fill.ts';

/** What maintenance costs: npm run bench:media -- <complaints> <of them with a picture> <files without a complaint> */
const [complaints = 100_000, pictures = 5_000, orphans = 100] = process.argv.slice(2).map(Number);

const dataDir = await mkdtemp(join(tmpdir(), 'media-bench-'));
const local = await startLocalAppwrite({ dataDir, config: PROJECT_FILE });
const target = { endpoint: local.endpoint, projectId: local.projectId, key: local.apiKey };

async function runs(hours: number, isOver: (report: MaintenanceReport) => boolean): Promise<MaintenanceReport[]> {
  const reports: MaintenanceReport[] = [];
  do {
    const { gateway, store } = connect(target);
    reports.push(
      await runMaintenance({
        gateway,
        store,
        clock: { ...systemClock, now: () => new Date(Date.now() + hours * HOUR) },
      }),
    );
  } while (reports.length < 1_000 && !reports.slice(-1).every(isOver));
  return reports;
}

/** One line: in how many runs, calls and seconds, and the most calls of a run. */
async function measure(name: string, hours: number, isOver: (report: MaintenanceReport) => boolean): Promise<void> {
  const start = performance.now();
  const reports = await runs(hours, isOver);
  const calls = reports.map((report) => report.calls);
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  const { orphans: found = 0, removed = 0 } = reports.at(-1)?.pass ?? {};
  const sum = calls.reduce((all, some) => all + some, 0);
  console.log(
    `${name}: ${seconds} s, ${reports.length} runs, ${sum} calls, at most ${Math.max(...calls)} in one; ${found} orphans, ${removed} removed`,
  );
}

const start = performance.now();
await fill(connect(target), { complaints, pictures, orphans, picture: new Uint8Array(2_000).fill(7) });
console.log(
  `${complaints} complaints, ${pictures} pictures, ${orphans} orphans in ${Math.round((performance.now() - start) / 1_000)} s`,
);
const isWholePass = ({ pass }: MaintenanceReport) => pass?.complete === true;
await measure('the first pass, which reads every complaint as changed', 2, isWholePass);
await measure('an idle run', 3, () => true);
await measure('the next daily pass', 27, isWholePass);
await measure('an idle run', 28, () => true);
await local.close();
await rm(dataDir, { recursive: true, force: true });
process.exit();
