import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** File contents on disk. Writes to a temporary name first, so that a file is complete or absent. */
export class Disk {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  write(bucketId: string, fileId: string, bytes: Buffer): void {
    this.#place(this.#path(bucketId, fileId), bytes);
  }

  read(bucketId: string, fileId: string): Buffer | undefined {
    const path = this.#path(bucketId, fileId);
    return existsSync(path) ? readFileSync(path) : undefined;
  }

  remove(bucketId: string, fileId: string): void {
    rmSync(this.#path(bucketId, fileId), { force: true });
    rmSync(this.#partsPath(bucketId, fileId), { force: true, recursive: true });
  }

  empty(bucketId: string): void {
    rmSync(join(this.#root, bucketId), { force: true, recursive: true });
  }

  writePart(bucketId: string, fileId: string, part: { number: number; bytes: Buffer }): number {
    const folder = this.#partsPath(bucketId, fileId);
    this.#place(join(folder, String(part.number).padStart(6, '0')), part.bytes);
    return readdirSync(folder).filter((name) => !name.endsWith('.new')).length;
  }

  joinParts(bucketId: string, fileId: string): Buffer {
    const folder = this.#partsPath(bucketId, fileId);
    const parts = readdirSync(folder).filter((name) => !name.endsWith('.new'));
    const bytes = Buffer.concat(parts.sort().map((name) => readFileSync(join(folder, name))));
    this.write(bucketId, fileId, bytes);
    rmSync(folder, { force: true, recursive: true });
    return bytes;
  }

  #place(path: string, bytes: Buffer): void {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(`${path}.new`, bytes);
    renameSync(`${path}.new`, path);
  }

  #path(bucketId: string, fileId: string): string {
    return join(this.#root, bucketId, fileId);
  }

  #partsPath(bucketId: string, fileId: string): string {
    return join(this.#root, bucketId, `${fileId}~parts`);
  }
}
