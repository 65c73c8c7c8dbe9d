import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from './cli.ts';
import { engineNamed } from './database/engine.ts';
import { startLocalAppwrite } from './index.ts';

const port = Number(process.env.PORT ?? 3000);
const dataDir = resolve(process.env.DATA_DIR ?? '.local');
const words = process.argv.slice(2);

try {
  if (words[0] === undefined || words[0].startsWith('--')) await start(words);
  else console.log(await runCommand(`http://127.0.0.1:${port}`, words));
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}

async function start(args: string[]): Promise<void> {
  const options = { empty: { type: 'boolean' }, database: { type: 'string', default: 'mariadb' } } as const;
  const { empty, database } = parseArgs({ args, options }).values;
  const { name } = engineNamed(database);
  const config = resolve('appwrite.json');
  if (!empty && !existsSync(config)) {
    throw new Error(`There is no ${config}. Begin with an empty project: npm run local -- --empty`);
  }
  const project = empty ? { projectId: 'local' } : { config };
  const appwrite = await startLocalAppwrite({ dataDir, port, database: name, ...project, log: console.log });
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
