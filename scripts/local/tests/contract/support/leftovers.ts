import { type Client, Functions, Query, Storage, TablesDB } from 'node-appwrite';
import { contractPrefix } from './names.ts';
import { clientOf, openTarget } from './target.ts';

const abandoned = 60 * 60 * 1000;

/** Before a run on a real Appwrite: removes what killed runs have left there. */
export async function setup(): Promise<void> {
  const { APPWRITE_ENDPOINT, APPWRITE_FUNCTIONS_DOMAIN, APPWRITE_CORPUS_PROJECT_ID } = process.env;
  if (!APPWRITE_ENDPOINT) throw new Error('Set APPWRITE_ENDPOINT, APPWRITE_PROJECT_ID and APPWRITE_API_KEY first.');
  if (!APPWRITE_FUNCTIONS_DOMAIN)
    process.stdout.write('Without APPWRITE_FUNCTIONS_DOMAIN the tests of domains are skipped.\n');
  if (!APPWRITE_CORPUS_PROJECT_ID)
    process.stdout.write('Without APPWRITE_CORPUS_PROJECT_ID and its key the recorded corpus is skipped.\n');
  const target = await openTarget();
  const client = clientOf(target).setKey(target.apiKey);
  for (const remove of await leftovers(client)) await remove();
  await target.close();
}

type Found = { $id: string; $createdAt: string };

async function leftovers(client: Client): Promise<(() => Promise<unknown>)[]> {
  const [tables, storage, functions] = [new TablesDB(client), new Storage(client), new Functions(client)];
  const queries = [Query.limit(100)];
  const { databases } = await tables.list({ queries });
  const { buckets } = await storage.listBuckets({ queries });
  const { functions: found } = await functions.list({ queries });
  return [
    ...databases.filter(isAbandoned).map(
      ({ $id }) =>
        () =>
          tables.delete({ databaseId: $id }),
    ),
    ...buckets.filter(isAbandoned).map(
      ({ $id }) =>
        () =>
          storage.deleteBucket({ bucketId: $id }),
    ),
    ...found.filter(isAbandoned).map(
      ({ $id }) =>
        () =>
          functions.delete({ functionId: $id }),
    ),
  ];
}

function isAbandoned({ $id, $createdAt }: Found): boolean {
  return $id.startsWith(contractPrefix) && Date.parse($createdAt) < Date.now() - abandoned;
}
