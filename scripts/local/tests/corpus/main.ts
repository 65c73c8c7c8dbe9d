import { parseArgs } from 'node:util';
import type { EngineName } from '../../src/database/engine.ts';
import { rewriteUnexplained } from './deviations.ts';
import { describe, type Played, replay } from './replay.ts';
import { replayLocally } from './server.ts';
import { groupsOf } from './step.ts';

const usage = `Replays the recorded steps and prints where the answers differ.
  node scripts/local/tests/corpus/main.ts [--only GROUP,GROUP] [--database mariadb|postgresql] [--step ID]
      on fresh local Appwrites, one per group
  … --endpoint URL --project ID --key KEY [--domain SUFFIX] [--smtp-port N]
      on a running server; the project must be empty
  … --update
      on fresh local Appwrites with both databases; then rewrites the "not done yet" entries of deviations.json`;

const { values } = parseArgs({
  options: {
    endpoint: { type: 'string' },
    project: { type: 'string' },
    key: { type: 'string' },
    only: { type: 'string' },
    database: { type: 'string', default: 'mariadb' },
    domain: { type: 'string' },
    'smtp-port': { type: 'string' },
    step: { type: 'string' },
    update: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

const recorded = ['mariadb', 'postgresql'] as const satisfies EngineName[];

async function locally(database: EngineName, only = groupsOf(database)): Promise<Played[]> {
  return (await Promise.all(only.map((group) => replayLocally(group, database)))).flat();
}

async function main(): Promise<void> {
  if (values.help) return console.log(usage);
  if (values.update) {
    const [mariadb, postgresql] = [await locally('mariadb'), await locally('postgresql')];
    return rewriteUnexplained({ mariadb, postgresql });
  }
  const { endpoint, project = '', key = '', domain, step: watched } = values;
  const database = recorded.find((name) => name === values.database);
  if (!database) throw new Error(`Nothing was recorded on ${values.database}. Known: ${recorded.join(', ')}.`);
  const only = values.only?.split(',');
  const smtpPort = values['smtp-port'] === undefined ? undefined : Number(values['smtp-port']);
  const played = endpoint
    ? await replay({ endpoint, project, key, domain, smtpPort, database, ...(only ? { only } : {}) })
    : await locally(database, only);
  report(played, watched);
}

function report(played: Played[], watched: string | undefined): void {
  for (const one of played) {
    if (one.step.id === watched) console.log(JSON.stringify({ step: one.step, found: one.found }, null, 1));
    if (one.differences.length > 0) console.log(describe(one));
  }
  for (const [group, steps = []] of Object.entries(Object.groupBy(played, ({ step }) => step.group))) {
    const failed = steps.filter(({ differences }) => differences.length > 0).length;
    console.log(`${group.padEnd(14)} ${steps.length - failed} passed, ${failed} failed`);
    if (failed > 0) process.exitCode = 1;
  }
}

await main();
