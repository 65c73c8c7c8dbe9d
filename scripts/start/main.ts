import { startLocalAppwrite } from 'local-appwrite';
import { Client } from 'node-appwrite';
import { buildFunctions } from '#scripts/build/functions.ts';
import { fillWithDemo } from '#scripts/demo/fill.ts';
import { seedCategories } from '#scripts/project/categories.ts';
import { runCommand, UsageError } from '#scripts/project/command.ts';
import { type Layout, readLayout } from '#scripts/project/layout.ts';
import { localAddress, localProject, tokenSecret } from '#scripts/project/local-settings.ts';
import { originPaths, ROUTES } from '#scripts/project/routes.ts';
import { ConfigError, readConfig, readNotifyConfig, SETTINGS } from '#shared/config.ts';

const USAGE = `Usage: npm start -- [--layout groups | compact] [--demo] [--verbose]
  Runs the whole product on the local Appwrite, on http://127.0.0.1:3000.
  --layout   groups: a function for each group of endpoints, the default; compact: two functions, api and background
  --demo     fill it with people, pictures and complaints in all states if it is empty
  --verbose  print every call to Appwrite and what the functions log, not only the requests of clients
PORT (3000; 0 takes any free port) and DATA_DIR (.local) set the port and the data folder. The functions' settings, such
as TOKEN_HOURS or COMPLAINTS_PER_HOUR, are read from the environment; scripts/deploy/OPERATING.md lists them.`;

const LOOPBACK_ORIGINS = ['http://localhost:*', 'http://127.0.0.1:*', 'http://[::1]:*'];

/** The functions' variables: those of the environment, and defaults for this machine. */
function variablesFor(port: number, dataDir: string, layout: Layout): Record<string, string> {
  const set = SETTINGS.flatMap((name) => (process.env[name] ? [[name, process.env[name]] as const] : []));
  const origin = `http://127.0.0.1:${port}`;
  // With PORT=0 the port is unknown until the server listens.
  const endpoint = port === 0 ? {} : { PUBLIC_ENDPOINT: `${origin}/v1` };
  const apiOrigins = Object.keys(ROUTES).map((id) => `${id}=${origin}`);
  const known = port === 0 || layout === 'compact' ? {} : { API_ORIGINS: apiOrigins.join(',') };
  // Allows the pages of this machine. All other origins are refused, as in a deployment.
  const origins = [process.env.CORS_ORIGINS, ...LOOPBACK_ORIGINS].filter(Boolean).join(',');
  const all = {
    TOKEN_SECRET: tokenSecret(dataDir),
    ...endpoint,
    ...known,
    ...Object.fromEntries(set),
    CORS_ORIGINS: origins,
    WEBHOOKS_TO_LOOPBACK: 'true',
  };
  refuseWrongSettings(all);
  return all;
}

function refuseWrongSettings(variables: Record<string, string>): void {
  const place = { APPWRITE_FUNCTION_API_ENDPOINT: 'http://127.0.0.1/v1', APPWRITE_FUNCTION_PROJECT_ID: 'local' };
  try {
    readConfig({ ...place, ...variables });
    readNotifyConfig({ ...place, ...variables });
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(`${error.message}.`);
    throw error;
  }
}

type Options = { layout: string | undefined; demo: boolean; verbose: boolean };

async function start({ layout: layoutOption, demo, verbose }: Options): Promise<void> {
  const layout = readLayout(layoutOption) ?? 'groups';
  const { port, dataDir } = localAddress();
  const variables = variablesFor(port, dataDir, layout);
  const config = localProject(layout);
  await buildFunctions({ quiet: true, only: config.content.functions.map(({ $id }) => $id) });
  let quiet = demo;
  const local = await startLocalAppwrite({
    dataDir,
    port,
    config,
    origin: originPaths(layout),
    log: (line, kind) => {
      if (verbose || (kind === 'request' && !quiet)) console.log(line);
    },
    variables: { '*': variables },
  }).catch((error: unknown) => {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw taken ? new UsageError(`Port ${port} is in use. Choose another one: PORT=3001 npm start`) : error;
  });
  process.once('SIGINT', () => void local.close().then(() => process.exit(0)));
  process.once('SIGTERM', () => void local.close().then(() => process.exit(0)));
  await seedCategories(new Client().setEndpoint(local.endpoint).setProject(local.projectId).setKey(local.apiKey));
  const demoText = demo ? `\n${await fillWithDemo(local)}\n` : '';
  quiet = false;
  const json = `-H 'content-type: application/json'`;
  console.log(`
Complaints API      ${local.url}
Appwrite endpoint   ${local.endpoint}  (project ${local.projectId}, layout ${layout})
Data                ${dataDir}
Inbox               ${local.url}/_local/inbox
Make an admin       npm run admin -- grant <username>

Try it:
  curl -s ${local.url}/user ${json} -d '{"username":"ada","password":"correct-horse-9","name":"Ada"}'
  curl -s ${local.url}/login ${json} -d '{"username":"ada","password":"correct-horse-9"}'
  curl -s ${local.url}/complain
${demoText}`);
}

await runCommand({
  usage: USAGE,
  options: {
    layout: { type: 'string' },
    demo: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
  run: ({ layout, demo, verbose }) => start({ layout, demo, verbose }),
});
