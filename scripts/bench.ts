/** `npm run bench`: cold starts, throughput beside four others, and growth; tables and one picture. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureColdStarts } from './bench/cold-start.ts';
import * as contestants from './bench/contestants.ts';
import { measureGrowth } from './bench/growth.ts';
import { machine } from './bench/machine.ts';
import { pictureMs } from './bench/photo.ts';
import { drawPlot } from './bench/plot.ts';
import { here, startNode } from './bench/program.ts';
import { record } from './bench/recording.ts';
import { coldStartTable, growthTable, photoLine, type Race, raceTable } from './bench/report.ts';
import { race, startLoadGenerator } from './bench/throughput.ts';
import { buildFunctions } from './build/functions.ts';

/** With the times as long as usual that a burst takes: what is slow needs more of it to be counted. */
const MEASURED = { list: 1, detail: 1, change: 1, photo: 3, login: 3 } as const;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '0.8' },
    starts: { type: 'string', default: '15' },
    growth: { type: 'string', default: '1000,10000,100000,1000000' },
    plot: { type: 'string', default: here('bench.svg') },
  },
});

async function prepare() {
  await buildFunctions({ quiet: true });
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const planFile = join(folder, 'plan.json');
  const plan = await record();
  await writeFile(planFile, JSON.stringify(plan));
  const usual = Object.keys(plan.operations).filter((name) => name !== 'refusal');
  const stubFor = (names: readonly string[]) =>
    startNode({ file: here('stub-server.ts'), env: { BENCH_PLAN: planFile, BENCH_OPERATIONS: names.join() } });
  const [stub, refusals] = [await stubFor(usual), await stubFor(['refusal'])];
  const stage = { plan, planFile, folder, endpoint: `${stub.url}/v1` };
  const end = async () => {
    await Promise.all([stub.stop(), refusals.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
  return { stage, refusalEndpoint: `${refusals.url}/v1`, end };
}

async function measureRaces(stage: contestants.Stage): Promise<Race[]> {
  const field = [
    await contestants.startOurs(stage),
    await contestants.startBare(stage),
    await contestants.startHandWritten(stage),
    await contestants.startFastify(stage),
  ];
  const django = await contestants.startDjango(stage);
  if (django) field.push(django);
  else console.log('(d) Django REST Framework is left out: its Debian packages are not installed here.');
  for (const { name, what } of field) console.log(`${name}: ${what}`);
  const generator = await startLoadGenerator();
  const races: Race[] = [];
  for (const [operation, length] of Object.entries(MEASURED)) {
    const planned = stage.plan.operations[operation];
    if (!planned) throw new Error(`${operation} was not recorded`);
    for (const connections of operation === 'login' ? [1, 16] : [1, 32]) {
      const course = { rounds: Number(values.rounds), seconds: length * Number(values.seconds), connections };
      races.push({ operation, connections, rounds: await race(field, planned, { course, generator }) });
    }
  }
  generator.stop();
  await Promise.all(field.map((contestant) => contestant.stop()));
  return races;
}

console.log(machine());
const { stage, refusalEndpoint, end } = await prepare();
const starts = await measureColdStarts(stage, { rounds: Number(values.starts), refusalEndpoint });
console.log(`\n${coldStartTable(starts)}\n`);
const races = await measureRaces(stage);
console.log(`\n${raceTable(races)}\n\n${photoLine(races, await pictureMs())}\n`);
await end();
const sizes = values.growth.split(',').map(Number).filter(Boolean);
if (sizes.length > 0) console.log(growthTable(await measureGrowth(sizes)));
await writeFile(values.plot, drawPlot(starts, races));
