import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalAppwrite } from 'local-appwrite';
import { PROJECT_FILE, tokenSecret } from '#scripts/project/local-settings.ts';
import { originPaths } from '#scripts/project/routes.ts';
import { fillComplaints } from '#tests/load/fill/import.ts';
import { type Measurement, measureLists } from '#tests/load/fill/measure.ts';

export type Growth = { complaints: number; measured: Measurement[] };

/** Times of the same requests while the complaints become more and more; on the local Appwrite, since a stub has no rows. */
export async function measureGrowth(sizes: readonly number[]): Promise<Growth[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-growth-'));
  const variables = { '*': { TOKEN_SECRET: tokenSecret(dataDir) } };
  const options = { dataDir, config: PROJECT_FILE, origin: originPaths(), variables };
  const growth: Growth[] = [];
  try {
    // Makes the tables.
    await (await startLocalAppwrite(options)).close();
    for (const complaints of sizes) {
      fillComplaints(join(dataDir, 'appwrite.db'), complaints);
      const local = await startLocalAppwrite(options);
      const measured = await measureLists(local.url, complaints, tokenSecret(dataDir)).finally(() => local.close());
      growth.push({ complaints, measured });
    }
    return growth;
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
