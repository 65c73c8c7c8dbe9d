import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

type Kept = { bytes: Buffer; written: number };

/** The files of a folder at one moment, in memory. */
export class FolderImage {
  readonly #folder: string;
  readonly #files = new Map<string, Kept>();

  constructor(folder: string) {
    this.#folder = folder;
    for (const path of filesIn(folder)) this.#files.set(path, { bytes: readFileSync(path), written: writtenAt(path) });
  }

  /** Removes added files, and writes changed and removed ones again. */
  restore(): void {
    const present = new Set(filesIn(this.#folder));
    for (const path of present) if (!this.#files.has(path)) rmSync(path);
    for (const [path, kept] of this.#files) {
      if (present.has(path) && writtenAt(path) === kept.written) continue;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, kept.bytes);
      kept.written = writtenAt(path);
    }
  }
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function writtenAt(path: string): number {
  return statSync(path).mtimeMs;
}
