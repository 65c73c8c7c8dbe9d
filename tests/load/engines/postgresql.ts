import { execFile } from 'node:child_process';
import { chown, mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Client, types } from 'pg';
import { type Engine, endServer, findProgram, postgresFolders, type Row, startServer, untilReady } from './engine.ts';

type Plan = {
  'Node Type': string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: Plan[];
};

/** The rows that scans read from tables, or from an index alone: those they returned and those they filtered out. */
function examinedBy(plan: Plan): number {
  const inner = (plan.Plans ?? []).reduce((sum, one) => sum + examinedBy(one), 0);
  // The heap scan above a bitmap index scan reads the same rows and counts them.
  if (!plan['Node Type'].endsWith('Scan') || ['Subquery Scan', 'Bitmap Index Scan'].includes(plan['Node Type'])) {
    return inner;
  }
  const read =
    plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0);
  return read * plan['Actual Loops'] + inner;
}

/** The rows that were sorted. */
function sortedBy(plan: Plan): number {
  const plans = plan.Plans ?? [];
  const below = plans.reduce((sum, one) => sum + sortedBy(one), 0);
  if (!plan['Node Type'].includes('Sort')) return below;
  return plans.reduce((sum, one) => sum + one['Actual Rows'] * one['Actual Loops'], below);
}

/** PostgreSQL refuses to run as root, so its files and processes then belong to the account of its package. */
async function serverIdentity(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const idOf = async (flag: string) => Number((await promisify(execFile)('id', [flag, 'postgres'])).stdout);
  return { uid: await idOf('-u'), gid: await idOf('-g') };
}

/** Starts a PostgreSQL in a folder that listens on a socket only; undefined when it is not installed. */
export async function startPostgresql(folder: string): Promise<Engine | undefined> {
  const server = findProgram('postgres', postgresFolders());
  const initdb = findProgram('initdb', postgresFolders());
  if (!server || !initdb) return undefined;
  const identity = await serverIdentity();
  await mkdir(folder, { recursive: true });
  if (identity.uid !== undefined) await chown(folder, identity.uid, identity.gid ?? 0);
  const data = `${folder}/data`;
  // en_US by ICU, since the machine may lack the locale of Appwrite's image.
  const locale = ['--encoding=UTF8', '--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US'];
  const arguments_ = ['-D', data, '-U', 'bench', '--auth=trust', '--no-sync', ...locale];
  await promisify(execFile)(initdb, arguments_, { ...identity, cwd: '/' });
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'shared_buffers=512MB', 'fsync=off'];
  const more = ['max_wal_size=8GB', 'maintenance_work_mem=512MB', 'synchronous_commit=off'];
  const child = startServer(server, ['-D', data, ...[...settings, ...more].flatMap((one) => ['-c', one])], identity);
  // Keeps times as texts, as Appwrite does.
  types.setTypeParser(types.builtins.TIMESTAMP, String);
  types.setTypeParser(types.builtins.INT8, Number);
  const client = await untilReady(async () => {
    const one = new Client({ host: folder, user: 'bench', database: 'postgres' });
    await one.connect();
    return one;
  });
  await client.query("CREATE COLLATION utf8_ci_ai (provider = icu, locale = 'und-u-ks-level1', deterministic = false)");
  const { rows: versions } = await client.query('SHOW server_version');
  return {
    dialect: 'postgresql',
    version: `PostgreSQL ${versions[0]?.server_version}`,
    async execute(sql) {
      await client.query(sql);
    },
    async load(table, columns, file) {
      const names = columns.map((name) => `"${name}"`).join(', ');
      if (identity.uid !== undefined) await chown(file, identity.uid, identity.gid ?? 0);
      await client.query(`COPY "${table}" (${names}) FROM '${file}'`);
    },
    async run(sql) {
      const began = performance.now();
      const { rows } = await client.query<Row>(sql);
      const ms = performance.now() - began;
      const explained = await client.query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`);
      const plan: Plan = explained.rows[0]?.['QUERY PLAN'][0].Plan;
      return { rows, cost: { ms, examined: examinedBy(plan), sorted: sortedBy(plan) } };
    },
    async stop() {
      await client.end().catch(() => undefined);
      await endServer(child, 'SIGINT');
    },
  };
}
