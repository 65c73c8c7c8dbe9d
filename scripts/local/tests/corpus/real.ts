import { afterAll, expect, test } from 'vitest';
import type { EngineName } from '../../src/index.ts';
import { deviationsOn } from './deviations.ts';
import { describe, replay } from './replay.ts';
import { startSmtpSink } from './smtp-sink.ts';
import { groupsOf } from './step.ts';

/**
 * Replays all groups on a running Appwrite, in an empty project: `npm run test:appwrite`. `messaging` needs a server
 * that reaches port 9625 (or APPWRITE_SMTP_PORT) of 127.0.0.1. On a real Appwrite no step may differ, on a local one
 * only those of deviations.json.
 */
const {
  APPWRITE_ENDPOINT = '',
  APPWRITE_CORPUS_ENDPOINT: endpoint = APPWRITE_ENDPOINT,
  APPWRITE_CORPUS_PROJECT_ID: project = '',
  APPWRITE_CORPUS_API_KEY: key = '',
  APPWRITE_DATABASE = 'mariadb',
  APPWRITE_FUNCTIONS_DOMAIN: domain,
  APPWRITE_SMTP_PORT = '9625',
} = process.env;

const recorded = ['mariadb', 'postgresql'] as const satisfies EngineName[];
const database = recorded.find((name) => name === APPWRITE_DATABASE);
if (!database) throw new Error(`APPWRITE_DATABASE must be one of ${recorded.join(', ')}, not "${APPWRITE_DATABASE}".`);
if (!key) throw new Error('APPWRITE_CORPUS_PROJECT_ID needs APPWRITE_CORPUS_API_KEY.');

const smtpPort = Number(APPWRITE_SMTP_PORT);
const sink = await startSmtpSink(smtpPort);
const explained = (await isLocal()) ? deviationsOn(database) : new Set<string>();
const counts = { passed: 0, explained: 0, unexplained: 0 };

afterAll(async () => {
  await sink.close();
  const words = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  process.stdout.write(`Corpus (${database}): ${words.join(', ')}\n`);
});

/** Only a local Appwrite has routes below /_local. */
async function isLocal(): Promise<boolean> {
  const answer = await fetch(new URL('/_local/faults', endpoint), { redirect: 'manual' });
  return answer.ok && (answer.headers.get('content-type') ?? '').includes('json');
}

test.each(groupsOf('mariadb'))(
  'the running Appwrite answers every step as recorded: %s',
  { timeout: 900_000 },
  async (group) => {
    const played = await replay({ endpoint, project, key, only: [group], database, domain, smtpPort });
    const differing = played.filter(({ differences }) => differences.length > 0);
    const unexplained = differing.filter(({ step }) => !explained.has(step.id));
    counts.passed += played.length - differing.length;
    counts.explained += differing.length - unexplained.length;
    counts.unexplained += unexplained.length;
    expect(unexplained.map(describe)).toEqual([]);
  },
);
