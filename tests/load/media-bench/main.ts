import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalAppwrite } from 'local-appwrite';
import { runCommand, wholeNumber } from '#scripts/project/command.ts';
import { connect, type Target } from '#scripts/project/connect.ts';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { readCaseSettings } from '#shared/config.ts';
import { HOUR, systemClock } from '#shared/domain/clock.ts';
import { type MaintenanceReport, runMaintenance } from '#shared/services/maintenance/run.ts';
import { fill } from './fill.ts';

type IsOver = (report: MaintenanceReport) => boolean;

async function runs(target: Target, hours: number, isOver: IsOver): Promise<MaintenanceReport[]> {
  const reports: MaintenanceReport[] = [];
  do {
    const { gateway, store } = connect(target);
    reports.push(
      await runMaintenance(
        { gateway, store, clock: { ...systemClock, now: () => new Date(Date.now() + hours * HOUR) } },
        readCaseSettings(),
      ),
    );
  } while (reports.length < 1_000 && !reports.slice(-1).every(isOver));
  return reports;
}

/** Prints one line: the seconds, runs and calls, and the most calls of one run. */
async function measure(target: Target, name: string, hours: number, isOver: IsOver): Promise<void> {
  const start = performance.now();
  const reports = await runs(target, hours, isOver);
  const calls = reports.map((report) => report.calls);
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  const { orphans: found = 0, removed = 0 } = reports.at(-1)?.pass ?? {};
  const sum = calls.reduce((all, some) => all + some, 0);
  console.log(
    `${name}: ${seconds} s, ${reports.length} runs, ${sum} calls, at most ${Math.max(...calls)} in one; ${found} orphans, ${removed} removed`,
  );
}

type Counts = { complaints: number; pictures: number; orphans: number };

async function fillAndMeasure(target: Target, counts: Counts): Promise<void> {
  const start = performance.now();
  await fill(connect(target), { ...counts, picture: new Uint8Array(2_000).fill(7) });
  const seconds = Math.round((performance.now() - start) / 1_000);
  console.log(
    `${counts.complaints} complaints, ${counts.pictures} pictures, ${counts.orphans} orphans in ${seconds} s`,
  );
  const isWholePass = ({ pass }: MaintenanceReport) => pass?.complete === true;
  await measure(target, 'the first pass, which reads every complaint as changed', 2, isWholePass);
  await measure(target, 'an idle run', 3, () => true);
  await measure(target, 'the next daily pass', 27, isWholePass);
  await measure(target, 'an idle run', 28, () => true);
}

await runCommand({
  usage: `Usage: npm run bench:media -- [--complaints 100000] [--pictures 5000] [--orphans 100]
  Fills a local Appwrite and prints what runs of maintenance cost.
  --pictures   how many of the complaints have a picture
  --orphans    files without a complaint`,
  options: {
    complaints: { type: 'string', default: '100000' },
    pictures: { type: 'string', default: '5000' },
    orphans: { type: 'string', default: '100' },
  },
  async run(values) {
    const count = (name: keyof Counts) => wholeNumber(`--${name}`, values[name], { min: 0, max: 10_000_000 });
    const counts = { complaints: count('complaints'), pictures: count('pictures'), orphans: count('orphans') };
    const dataDir = await mkdtemp(join(tmpdir(), 'media-bench-'));
    const local = await startLocalAppwrite({ dataDir, config: PROJECT_FILE });
    try {
      await fillAndMeasure({ endpoint: local.endpoint, projectId: local.projectId, key: local.apiKey }, counts);
    } finally {
      await local.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
});
