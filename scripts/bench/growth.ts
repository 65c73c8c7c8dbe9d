import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalAppwrite } from '#scripts/local/index.ts';
import { type Connection, connect } from '#scripts/project/connect.ts';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { originPaths } from '#scripts/project/routes.ts';
import { DATABASE_ID } from '#shared/appwrite/resources.ts';
import { STATUSES } from '#shared/domain/status.ts';
import type { Growth } from './report.ts';
import { median } from './statistics.ts';

const PER_CALL = 100;
const HOUR = 3_600_000;

/** Times of the same requests while the complaints become more and more; on the local Appwrite, since a stub has no rows. */
export async function measureGrowth(sizes: readonly number[]): Promise<Growth[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-growth-'));
  const variables = { '*': { TOKEN_SECRET: 'Vb8sQ2mXk9Lr4TzW7pYc1NfHd6GjAe3Uo5Ri0BwZqSxM' } };
  const local = await startLocalAppwrite({ dataDir, config: PROJECT_FILE, origin: originPaths(), variables });
  try {
    const connection = connect({ endpoint: local.endpoint, projectId: local.projectId, key: local.apiKey });
    const growth: Growth[] = [];
    let filled = 0;
    for (const complaints of sizes) {
      for (; filled < complaints; filled += PER_CALL) await fileMany(connection, filled);
      growth.push({ complaints, ...(await measure(local.url)) });
    }
    return growth;
  } finally {
    await local.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function fileMany({ gateway }: Connection, first: number): Promise<void> {
  const rows = Array.from({ length: PER_CALL }, (_, index) => complaintRow(first + index));
  await gateway.tables.createRows({ databaseId: DATABASE_ID, tableId: 'complaints', rows });
}

function complaintRow(index: number): object {
  const filedAt = new Date(Date.UTC(2020, 0, 1) + index * 60_000).toISOString();
  const text = `Lamp ${index} in front of the house has been dark for a week`;
  return {
    $id: `c${index.toString(36).padStart(19, '0')}`,
    title: `Broken lamp ${index}`,
    description: text,
    category: index % 3 === 0 ? 'roads' : 'lighting',
    latitude: 52 + (index % 1000) / 1000,
    longitude: 13 + (index % 777) / 1000,
    anonymous: false,
    reporterId: `u${index % 5000}`,
    reporterName: `person${index % 5000}`,
    status: STATUSES[index % STATUSES.length],
    progress: 0,
    hidden: false,
    touched: false,
    images: '[]',
    words: text.toLowerCase(),
    version: 1,
    filedAt,
    changedAt: new Date(Date.parse(filedAt) + HOUR).toISOString(),
  };
}

async function measure(url: string): Promise<Omit<Growth, 'complaints'>> {
  const page = async (query: string) => {
    const answer = await fetch(`${url}/complain${query}`);
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as { items: { id: string }[]; next: string | null };
  };
  let deep = '';
  let { items, next } = await page('');
  for (let step = 1; step < 50; step += 1) {
    deep = `?after=${encodeURIComponent(next ?? '')}`;
    ({ items, next } = await page(deep));
  }
  return {
    first: await timed(() => page('')),
    deep: await timed(() => page(deep)),
    filtered: await timed(() => page('?status=resolved&category=roads')),
    detail: await timed(() => page(`?id=${items[0]?.id}`)),
  };
}

async function timed(request: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let attempt = 0; attempt < 21; attempt += 1) {
    const from = performance.now();
    await request();
    times.push(performance.now() - from);
  }
  return median(times);
}
