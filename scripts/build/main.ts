import { runCommand } from '#scripts/project/command.ts';
import { buildFunctions } from './functions.ts';

await runCommand({
  usage: 'Usage: npm run build\n  Bundles every function into functions/<name>/dist.',
  options: {},
  async run() {
    await buildFunctions();
  },
});
