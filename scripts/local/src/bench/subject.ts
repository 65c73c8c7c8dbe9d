import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const text = { type: 'string', required: false, array: false, default: null, size: 100 };
const project = {
  projectId: 'bench',
  tablesDB: [{ $id: 'main', name: 'Main' }],
  tables: [
    {
      ...{ $id: 'notes', databaseId: 'main', name: 'Notes', rowSecurity: false, $permissions: [] },
      columns: [
        { ...text, key: 'title' },
        { ...text, key: 'topic' },
        { key: 'number', type: 'integer', required: false, array: false, default: null },
      ],
      indexes: [{ key: 'topic', type: 'key', columns: ['topic', 'number'], orders: ['ASC', 'DESC'] }],
    },
  ],
};

export const rowsPath = '/v1/tablesdb/main/tables/notes/rows';

/** A local Appwrite in a process of its own, as `npm run local` starts it. */
export class Subject {
  readonly startedIn: number;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #address: { port: number; key: string };
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });

  private constructor(parts: { child: ChildProcess; folder: string; output: string; startedIn: number }) {
    this.#child = parts.child;
    this.#folder = parts.folder;
    this.startedIn = parts.startedIn;
    const [, port] = /127\.0\.0\.1:(\d+)/.exec(parts.output) ?? [];
    const [, key = ''] = /^API key +(\S+)$/m.exec(parts.output) ?? [];
    this.#address = { port: Number(port), key };
  }

  static async start(): Promise<Subject> {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    writeFileSync(join(folder, 'appwrite.json'), JSON.stringify(project));
    const began = performance.now();
    const main = join(import.meta.dirname, '../main.ts');
    const env = { PATH: process.env.PATH, PORT: '0', DATA_DIR: 'data' };
    const child = spawn(process.execPath, [main], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        output += chunk;
        if (/^Data /m.test(output)) resolve();
      });
    });
    child.stdout.removeAllListeners('data').resume();
    return new Subject({ child, folder, output, startedIn: performance.now() - began });
  }

  /** Seconds of processor time so far, in hundredths. */
  work(): number {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  ask(method: string, path: string, body?: unknown): Promise<string> {
    const { port, key } = this.#address;
    const bytes = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...{ 'x-appwrite-project': 'bench', 'x-appwrite-key': key },
      ...(bytes ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) } : {}),
    };
    return new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: this.#agent }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const answer = Buffer.concat(chunks).toString();
          if ((incoming.statusCode ?? 500) < 300) resolve(answer);
          else reject(new Error(answer));
        });
      });
      outgoing.on('error', reject);
      outgoing.end(bytes);
    });
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
