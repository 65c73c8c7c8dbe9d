import { fileURLToPath } from 'node:url';
import { runCommand, UsageError } from '#scripts/project/command.ts';
import { requireAppwrite, targetOf } from '#scripts/project/connect.ts';
import { readLayout } from '#scripts/project/layout.ts';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { chooseLayout } from './choose-layout.ts';
import { readDeclaration } from './declaration.ts';
import { deploy } from './deploy.ts';
import { emptyEnvironment } from './push.ts';
import { openRemote } from './remote.ts';

const USAGE = `Usage: npm run deploy -- [--layout groups | compact] [--dry-run] [--allow-destructive] [--renew-secret]
  --layout             groups: a function for each group of endpoints; compact: two functions, api and background.
                       By default the layout of the project, or groups
  --remove-other-layout  remove the functions of the other layout after those of this one have proved that they serve
  --dry-run            print the plan and change nothing
  --allow-destructive  allow changes that lose data; the plan names what is lost
  --renew-secret       sign tokens with a new secret: everybody logs in again
The environment names the project: APPWRITE_ENDPOINT, APPWRITE_PROJECT_ID, APPWRITE_API_KEY.
  APPWRITE_FUNCTIONS_DOMAIN  the host of function domains, if it cannot be found automatically
  TOKEN_SECRET               the secret to set where one is missing or renewed; by default random. For another layout it
                             must be the one in use, which Appwrite does not show, or everybody logs in again
  TOKEN_SECRET_PREVIOUS      with --renew-secret: tokens that were signed with it stay valid`;

await runCommand({
  usage: USAGE,
  options: {
    layout: { type: 'string' },
    'remove-other-layout': { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
    'allow-destructive': { type: 'boolean', default: false },
    'renew-secret': { type: 'boolean', default: false },
  },
  async run(values) {
    const environment = emptyEnvironment(process.env);
    if (!environment.APPWRITE_ENDPOINT) throw new UsageError('APPWRITE_ENDPOINT is not set.');
    const layout = readLayout(values.layout);
    const target = await requireAppwrite(targetOf(environment), environment);
    const declared = readDeclaration(environment.APPWRITE_PROJECT_FILE ?? PROJECT_FILE);
    await deploy({
      target,
      declared: await chooseLayout(openRemote(target), declared, layout),
      root: fileURLToPath(new URL('../..', import.meta.url)),
      dryRun: values['dry-run'],
      build: true,
      print: console.log,
      request: {
        allowDestructive: values['allow-destructive'],
        renewSecret: values['renew-secret'],
        tokenSecret: environment.TOKEN_SECRET || undefined,
        previousSecret: environment.TOKEN_SECRET_PREVIOUS || undefined,
        secrets: environment,
        removeOtherLayout: values['remove-other-layout'],
        functionsHost: environment.APPWRITE_FUNCTIONS_DOMAIN || undefined,
      },
    });
  },
});
