import { afterAll, expect, test } from 'vitest';
import type { EngineName } from '../../src/index.ts';
import { describe, replay } from './replay.ts';
import { startSmtpSink } from './smtp-sink.ts';
import { groupsOf } from './step.ts';

/**
 * The corpus on a real Appwrite, in a project that is empty: `npm run test:appwrite`. All groups on either database.
 * `messaging` needs a server that reaches port 9625 (or APPWRITE_SMTP_PORT) of 127.0.0.1.
 */
const {
  APPWRITE_ENDPOINT: endpoint = '',
  APPWRITE_CORPUS_PROJECT_ID: project = '',
  APPWRITE_CORPUS_API_KEY: key = '',
  APPWRITE_DATABASE = 'mariadb',
  APPWRITE_FUNCTIONS_DOMAIN: domain,
  APPWRITE_SMTP_PORT = '9625',
} = process.env;

const smtpPort = Number(APPWRITE_SMTP_PORT);
const sink = await startSmtpSink(smtpPort);
afterAll(() => sink.close());

test.each(groupsOf('mariadb'))('the real one answers as it was recorded: %s', async (group) => {
  const database = APPWRITE_DATABASE as EngineName;
  const played = await replay({ endpoint, project, key, only: [group], database, domain, smtpPort });
  expect(played.filter(({ differences }) => differences.length > 0).map(describe)).toEqual([]);
});
