import { readFileSync } from 'node:fs';
import { buildFunctions } from '#scripts/build/functions.ts';
import { runCommand, UsageError } from '#scripts/project/command.ts';
import { API, readLayout } from '#scripts/project/layout.ts';
import { localAddress, PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { runDay } from './day.ts';
import { runTypedStory } from './typed-client.ts';
import { runSdkStory } from './web-sdk.ts';

const USAGE = `Usage: npm run examples -- [--layout groups | compact] <photo.jpg> | day
  <photo.jpg>  plays the main story against npm start, with a typed client and with the Appwrite web SDK
  day          plays a day at the desk on a local Appwrite of its own, whose clock it moves
  --layout     the layout of npm start; by default groups
  API_URL is the address of the service, by default that of npm start.`;

await runCommand({
  usage: USAGE,
  options: { layout: { type: 'string' } },
  maxArguments: 1,
  async run({ layout }, [photo]) {
    const only = readLayout(layout) === 'compact' ? { only: API } : {};
    if (photo === undefined) throw new UsageError('Name a photo, or say day.');
    if (photo === 'day') {
      await buildFunctions({ quiet: true });
      return runDay((line) => console.log(line));
    }
    const picture = readFileSync(photo);
    const baseUrl = process.env.API_URL ?? `http://127.0.0.1:${localAddress().port}`;
    const { projectId }: { projectId: string } = JSON.parse(readFileSync(PROJECT_FILE, 'utf8'));
    const username = () => `ada-${Date.now().toString(36)}`;
    const print = (line: string) => console.log(`  ${line}`);
    console.log('With the typed client (openapi-fetch):');
    await runTypedStory({ docsUrl: baseUrl, username: username(), picture: new Blob([picture]), print });
    console.log('With the Appwrite web SDK (createExecution):');
    await runSdkStory({ endpoint: `${baseUrl}/v1`, projectId, ...only, username: username(), picture, print });
  },
});
