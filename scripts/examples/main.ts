import { readFileSync } from 'node:fs';
import { localPlace, PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { tellTypedStory } from './typed-client.ts';
import { tellSdkStory } from './web-sdk.ts';

const baseUrl = process.env.API_URL ?? `http://127.0.0.1:${localPlace().port}`;
const { projectId }: { projectId: string } = JSON.parse(readFileSync(PROJECT_FILE, 'utf8'));
const [photo] = process.argv.slice(2);
if (photo === undefined) {
  console.error('Start the service with npm start, then: npm run examples -- <photo.jpg>');
  process.exit(1);
}

const picture = readFileSync(photo);
const someone = () => `ada-${Date.now().toString(36)}`;
const say = (line: string) => console.log(`  ${line}`);

console.log('With the typed client (openapi-fetch):');
await tellTypedStory({ docsUrl: baseUrl, username: someone(), picture: new Blob([picture]), say });
console.log('With the Appwrite web SDK (createExecution):');
await tellSdkStory({ endpoint: `${baseUrl}/v1`, projectId, username: someone(), picture, say });
