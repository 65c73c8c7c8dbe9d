import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { readDeclaration } from './declaration.ts';
import { deploy } from './deploy.ts';

const USAGE = `Usage: npm run deploy -- [--dry-run] [--allow-destructive] [--renew-secret]
  with APPWRITE_ENDPOINT, APPWRITE_PROJECT_ID and APPWRITE_API_KEY in the environment.
  APPWRITE_FUNCTIONS_DOMAIN names the host of function domains where it cannot be found out.
  TOKEN_SECRET is the secret to set, where one is missing or renewed; random otherwise.
  TOKEN_SECRET_PREVIOUS, with --renew-secret, keeps tokens good that were signed with it.`;

function targetOf(env: NodeJS.ProcessEnv) {
  const { APPWRITE_ENDPOINT: endpoint, APPWRITE_PROJECT_ID: projectId, APPWRITE_API_KEY: key } = env;
  if (!endpoint || !projectId || !key) throw new Error(USAGE);
  return { endpoint: endpoint.replace(/\/+$/, ''), projectId, key };
}

try {
  const { values } = parseArgs({
    options: {
      'dry-run': { type: 'boolean', default: false },
      'allow-destructive': { type: 'boolean', default: false },
      'renew-secret': { type: 'boolean', default: false },
    },
  });
  await deploy({
    target: targetOf(process.env),
    declared: readDeclaration(process.env.APPWRITE_PROJECT_FILE ?? PROJECT_FILE),
    root: fileURLToPath(new URL('../..', import.meta.url)),
    dryRun: values['dry-run'],
    build: true,
    print: console.log,
    wish: {
      allowDestructive: values['allow-destructive'],
      renewSecret: values['renew-secret'],
      tokenSecret: process.env.TOKEN_SECRET || undefined,
      previousSecret: process.env.TOKEN_SECRET_PREVIOUS || undefined,
      functionsHost: process.env.APPWRITE_FUNCTIONS_DOMAIN || undefined,
    },
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
