import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { runCommand, UsageError, usage } from './cli.ts';
import { engineNamed } from './database/engine.ts';
import { startLocalAppwrite } from './index.ts';

const port = Number(process.env.PORT ?? 3000);
const dataDir = resolve(process.env.DATA_DIR ?? '.local');
const words = process.argv.slice(2);

try {
  if (words.some((word) => word === '--help' || word === '-h')) console.log(usage());
  else if (words[0] === undefined || words[0].startsWith('--')) await start(words);
  else console.log(await runCommand(`http://127.0.0.1:${port}`, words));
} catch (error) {
  console.error(explain(error));
  process.exit(error instanceof UsageError ? 2 : 1);
}

async function start(args: string[]): Promise<void> {
  const options = {
    empty: { type: 'boolean' },
    workers: { type: 'string' },
    'no-proxy': { type: 'boolean', default: false },
    delays: { type: 'boolean', default: false },
    database: { type: 'string', default: 'mariadb' },
  } as const;
  const { empty, workers, delays, database, 'no-proxy': withoutProxy } = parse(args, options);
  const { name } = engineNamed(database);
  const config = resolve('appwrite.json');
  if (!empty && !existsSync(config)) {
    throw new Error(`There is no ${config}. Begin with an empty project: npm run local -- --empty`);
  }
  const serving = { delays, proxy: !withoutProxy, ...(workers === undefined ? {} : { workers: Number(workers) }) };
  const project = empty ? { projectId: 'local' } : { config };
  const appwrite = await startLocalAppwrite({
    dataDir,
    port,
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

function parse<O extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: O) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function explain(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `Port ${port} is in use. Choose another one with PORT.`;
  }
  return error instanceof Error ? error.message : String(error);
}
