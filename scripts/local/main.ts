import { resolve } from 'node:path';
import { startLocalAppwrite } from './index.ts';

const port = Number(process.env.PORT ?? 3000);
const dataDir = resolve(process.env.DATA_DIR ?? '.local');

const empty = process.argv.includes('--empty');
const project = empty ? { projectId: 'local' } : { config: resolve('appwrite.json') };

try {
  const appwrite = await startLocalAppwrite({ dataDir, port, ...project, log: console.log });
  const stop = () => void appwrite.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  console.log(
    `Endpoint  ${appwrite.endpoint}\nProject   ${appwrite.projectId}\nAPI key   ${appwrite.apiKey}\nData      ${dataDir}`,
  );
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}

function explain(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `Port ${port} is in use. Choose another one with PORT.`;
  }
  return error instanceof Error ? error.message : String(error);
}
