import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand, UsageError, usage } from './cli.ts';
import { engineNamed } from './database/engine.ts';
import { startLocalAppwrite } from './index.ts';

const port = process.env.PORT || '3000';
const dataDir = resolve(process.env.DATA_DIR || '.local');
const words = process.argv.slice(2);

try {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(`PORT must be a whole number from 0 to 65535, not "${port}"`);
  }
  if (words[0] === undefined || words[0].startsWith('-')) await start(words);
  else console.log(await runCommand(`http://127.0.0.1:${port}`, words));
} catch (error) {
  console.error(explain(error));
  process.exit(error instanceof UsageError ? 2 : 1);
}

function optionsOf(args: string[]) {
  const options = {
    empty: { type: 'boolean' },
    workers: { type: 'string' },
    'no-proxy': { type: 'boolean', default: false },
    delays: { type: 'boolean', default: false },
    database: { type: 'string', default: 'mariadb' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    const { values } = parseArgs({ args, options });
    if (values.workers !== undefined && !/^([2-9]|[1-9]\d{1,3})$/.test(values.workers)) {
      throw new Error(`--workers must be a whole number from 2 to 9999, not "${values.workers}"`);
    }
    return { ...values, database: engineNamed(values.database).name };
  } catch (error) {
    throw new UsageError(explain(error));
  }
}

async function start(args: string[]): Promise<void> {
  const { empty, workers, delays, database: name, help, 'no-proxy': withoutProxy } = optionsOf(args);
  if (help) {
    console.log(usage());
    return;
  }
  if (existsSync(dataDir) && !statSync(dataDir).isDirectory()) {
    throw new UsageError(`DATA_DIR must be a folder; ${dataDir} is a file.`);
  }
  const config = resolve('appwrite.json');
  if (!empty && !existsSync(config)) {
    throw new Error(`There is no ${config}. Begin with an empty project: npm run local -- --empty`);
  }
  const serving = { delays, proxy: !withoutProxy, ...(workers === undefined ? {} : { workers: Number(workers) }) };
  const project = empty ? { projectId: 'local' } : { config };
  const appwrite = await startLocalAppwrite({
    dataDir,
    port: Number(port),
    database: name,
    ...project,
    ...serving,
    log: console.log,
  });
  const stop = () => void appwrite.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  console.log(
    `Endpoint  ${appwrite.endpoint}\nProject   ${appwrite.projectId}\nAPI key   ${appwrite.apiKey}\nData      ${dataDir}`,
  );
}

function explain(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `Port ${port} is in use. Choose another one with PORT.`;
  }
  return error instanceof Error ? error.message : String(error);
}
