import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildFunctions } from './build/functions.ts';
import { fillComplaints } from './fill/import.ts';
import { measureLists } from './fill/measure.ts';
import { startLocalAppwrite } from './local/index.ts';
import { localPlace, PROJECT_FILE, tokenSecret } from './project/local-settings.ts';
import { originPaths } from './project/routes.ts';

const { values } = parseArgs({ options: { count: { type: 'string', default: '1000000' } } });
const count = Number(values.count);
if (!Number.isInteger(count) || count < 1) throw new Error('--count must be a whole number');

const { dataDir } = localPlace({ DATA_DIR: '.local/fill', ...process.env });
if (!existsSync(`${dataDir}/appwrite.db`)) console.log(`Making a database in ${dataDir}.`);
await buildFunctions({ quiet: true });
const options = {
  dataDir,
  config: PROJECT_FILE,
  origin: originPaths(),
  variables: { '*': { TOKEN_SECRET: tokenSecret(dataDir), CORS_ORIGINS: '*' } },
};
// Once for the tables; then the file is filled while nobody serves it.
await (await startLocalAppwrite(options)).close();
const added = fillComplaints(`${dataDir}/appwrite.db`, count);
console.log(
  `${added.rows} complaints added, ${count} in all, in ${added.seconds.toFixed(1)} s; now they are read over HTTP.`,
);
const local = await startLocalAppwrite(options);
try {
  for (const line of await measureLists(local.url, count)) console.log(line);
} finally {
  await local.close();
}
