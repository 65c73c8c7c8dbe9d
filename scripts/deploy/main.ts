import { fileURLToPath } from 'node:url';
import { runCommand, UsageError } from '#scripts/project/command.ts';
import { targetOf } from '#scripts/project/connect.ts';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { readDeclaration } from './declaration.ts';
import { deploy } from './deploy.ts';

const USAGE = `Usage: npm run deploy -- [--dry-run] [--allow-destructive] [--renew-secret]
  --dry-run            print the plan and change nothing
  --allow-destructive  allow changes that lose data; the plan names what is lost
  --renew-secret       sign tokens with a new secret: everybody logs in again
The environment names the project: APPWRITE_ENDPOINT, APPWRITE_PROJECT_ID, APPWRITE_API_KEY.
  APPWRITE_FUNCTIONS_DOMAIN  the host of function domains, where it cannot be found out
  TOKEN_SECRET               the secret to set where one is missing or renewed; random otherwise
  TOKEN_SECRET_PREVIOUS      with --renew-secret: tokens that were signed with it stay valid`;

await runCommand({
  usage: USAGE,
  options: {
    'dry-run': { type: 'boolean', default: false },
    'allow-destructive': { type: 'boolean', default: false },
    'renew-secret': { type: 'boolean', default: false },
  },
  async run(values) {
    if (!process.env.APPWRITE_ENDPOINT) throw new UsageError('APPWRITE_ENDPOINT is not set.');
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
  },
});
