/** `npm run bench`: cold starts, throughput beside four others, reads beside logins, and growth; tables and one picture. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildFunctions } from '#scripts/build/functions.ts';
import { measureCalm } from './calm.ts';
import { measureColdStarts } from './cold-start.ts';
import { hasDjango, type Stage } from './contestants.ts';
import { builtFolder, functionSettings } from './function-program.ts';
import { measureGrowth } from './growth.ts';
import { startLoadGenerator } from './load.ts';
import { machine } from './machine.ts';
import { drawPlot } from './plot.ts';
import { askNode, here, OTHER_CORE, OUR_CORE, startNode } from './program.ts';
import { measureRaces } from './races.ts';
import { record } from './recording.ts';
import { calmTable, coldStartTable, type Filing, growthTable, photoLine, raceTable } from './report.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    pace: { type: 'string', default: '1' },
    starts: { type: 'string', default: '15' },
    growth: { type: 'string', default: '1000,10000,100000' },
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
    startNode(here('programs/stub-server.ts'), {
      env: { BENCH_PLAN: planFile, BENCH_OPERATIONS: names.join() },
      core: OTHER_CORE,
    });
  const [stub, refusals] = [await stubFor(usual), await stubFor(['refusal'])];
  const stage = { plan, planFile, folder, endpoint: `${stub.url}/v1` };
  const end = async () => {
    await Promise.all([stub.stop(), refusals.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
  return { stage, refusalEndpoint: `${refusals.url}/v1`, end };
}

async function measureFiling({ plan, planFile, endpoint }: Stage): Promise<Filing> {
  const env = { ...functionSettings(plan, endpoint), BENCH_PLAN: planFile };
  return {
    pictureMs: await askNode(here('programs/picture-time.ts'), { core: OUR_CORE }),
    share: await askNode(here('programs/filing-time.ts'), { env, cwd: builtFolder('complaints'), core: OUR_CORE }),
  };
}

const say = (line: string) => console.log(line);
const [rounds, pace] = [Number(values.rounds), Number(values.pace)];
say(machine());
const { stage, refusalEndpoint, end } = await prepare();
const starts = await measureColdStarts(stage, { rounds: Number(values.starts), refusalEndpoint });
say(`\n${coldStartTable(starts)}\n`);
if (!hasDjango()) say("(d) Django is left out: Debian's packages of it are not installed here.");
const generator = await startLoadGenerator();
const races = await measureRaces(stage, { rounds, pace, generator, say });
say(`\n${raceTable(races)}\n\n${photoLine(races, await measureFiling(stage))}\n`);
const calm = await measureCalm(stage, generator, 4 * pace);
say(`${calmTable(calm)}\n`);
generator.stop();
await end();
const sizes = values.growth.split(',').map(Number).filter(Boolean);
const growth = sizes.length > 0 ? await measureGrowth(sizes) : [];
if (growth.length > 0) say(growthTable(growth));
await writeFile(values.plot, drawPlot({ starts, races, growth }));
