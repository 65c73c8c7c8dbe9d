import { startLocalAppwrite } from 'local-appwrite';
import { Client } from 'node-appwrite';
import { buildFunctions } from '#scripts/build/functions.ts';
import { fillWithDemo } from '#scripts/demo/fill.ts';
import { seedCategories } from '#scripts/project/categories.ts';
import { localPlace, PROJECT_FILE, tokenSecret } from '#scripts/project/local-settings.ts';
import { originPaths, ROUTES } from '#scripts/project/routes.ts';

const { port, dataDir } = localPlace();
const origin = `http://127.0.0.1:${port}`;
const apiOrigins = Object.keys(ROUTES).map((id) => `${id}=${origin}`);
const known = { everywhere: { PUBLIC_ENDPOINT: `${origin}/v1` }, docs: { API_ORIGINS: apiOrigins.join(',') } };
// Any free port is only known once it is taken.
const addresses = port === 0 ? undefined : known;

function explain(error: unknown): never {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (!taken) throw error;
  console.error(`Port ${port} is in use. Choose another one: PORT=3001 npm start`);
  process.exit(1);
}

await buildFunctions({ quiet: true });
const local = await startLocalAppwrite({
  dataDir,
  port,
  config: PROJECT_FILE,
  origin: originPaths(),
  log: (line) => console.log(line),
  variables: {
    '*': { TOKEN_SECRET: tokenSecret(dataDir), CORS_ORIGINS: '*', ...addresses?.everywhere },
    docs: { ...addresses?.docs },
  },
}).catch(explain);
await seedCategories(new Client().setEndpoint(local.endpoint).setProject(local.projectId).setKey(local.apiKey));

const demo = process.argv.includes('--demo') ? `\n${await fillWithDemo(local)}\n` : '';
const json = `-H 'content-type: application/json'`;
console.log(`
Complaints API      ${local.url}
Appwrite endpoint   ${local.endpoint}  (project ${local.projectId})
Data                ${dataDir}
Make an admin       npm run admin -- grant <username>

Try it:
  curl -s ${local.url}/user ${json} -d '{"username":"ada","password":"correct-horse-9","name":"Ada"}'
  curl -s ${local.url}/login ${json} -d '{"username":"ada","password":"correct-horse-9"}'
  curl -s ${local.url}/complain
${demo}`);

let closing = false;
async function stop(): Promise<void> {
  if (closing) return;
  closing = true;
  await local.close();
  process.exit(0);
}
process.on('SIGINT', () => void stop());
process.on('SIGTERM', () => void stop());
