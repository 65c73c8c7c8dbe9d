import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { extract } from 'tar';

export type Chunk = { number: number; total: number };
export type Build = { ok: boolean; log: string; bytes: number };

/** Uploaded code on disk and its builds: the archive `<root>/<id>.tar.gz` and the folder `<root>/<id>`. */
export class Builds {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Stores a chunk; returns whether all chunks have arrived. */
  store(id: string, bytes: Buffer, { number, total }: Chunk): boolean {
    const parts = join(this.#root, `${id}.parts`);
    mkdirSync(parts, { recursive: true });
    writeFileSync(join(parts, String(number).padStart(6, '0')), bytes);
    const names = readdirSync(parts).sort();
    if (names.length < total) return false;
    writeFileSync(this.#archive(id), Buffer.concat(names.map((name) => readFileSync(join(parts, name)))));
    rmSync(parts, { recursive: true });
    return true;
  }

  source(id: string): Buffer | undefined {
    return existsSync(this.#archive(id)) ? readFileSync(this.#archive(id)) : undefined;
  }

  async build(id: string, commands: string): Promise<Build> {
    const folder = join(this.#root, id);
    mkdirSync(folder, { recursive: true });
    try {
      await extract({ file: this.#archive(id), cwd: folder, strict: true });
    } catch (error) {
      return { ok: false, log: `Could not unpack the code: ${error}\n`, bytes: 0 };
    }
    if (readdirSync(folder).length === 0) return { ok: false, log: 'The archive is empty.\n', bytes: 0 };
    const { code, log } = commands.trim() === '' ? { code: 0, log: '' } : await run(commands, folder);
    const end =
      code === 0 ? '[open-runtimes] Build finished.\n' : `[open-runtimes] Build failed with exit code ${code}.\n`;
    return {
      ok: code === 0,
      log: `[open-runtimes] Build started.\n${log}${end}`,
      bytes: statSync(this.#archive(id)).size,
    };
  }

  #archive(id: string): string {
    return join(this.#root, `${id}.tar.gz`);
  }
}

function run(commands: string, cwd: string): Promise<{ code: number; log: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH ?? '', HOME: cwd, CI: 'true' };
    const child = spawn('bash', ['-c', commands], { cwd, env, timeout: 60_000, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    child.stdout.on('data', (text) => {
      log += text;
    });
    child.stderr.on('data', (text) => {
      log += text;
    });
    child.on('error', (error) => resolve({ code: 1, log: `${log}${error.message}\n` }));
    child.on('close', (code) => resolve({ code: code ?? 1, log }));
  });
}
