import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { Parser, type ReadEntry } from 'tar';

/** The name and hash of each file, one a line, independent of the packer and the time. */
function digestOf(files: ReadonlyMap<string, Buffer>): string {
  const lines = [...files].map(([name, bytes]) => `${name} ${createHash('sha256').update(bytes).digest('hex')}`);
  return lines.sort().join('\n');
}

export async function digestOfFolder(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    names.map(async (name) => [relative(folder, name).replaceAll(sep, '/'), await readFile(name)] as const),
  );
  return digestOf(new Map(files));
}

/** The digest of a tar.gz, comparable with `digestOfFolder`; throws for other files. */
export async function digestOfArchive(bytes: Uint8Array): Promise<string> {
  const files = new Map<string, Buffer>();
  await new Promise<void>((resolve, reject) => {
    const onReadEntry = (entry: ReadEntry) => {
      const chunks: Buffer[] = [];
      entry.on('data', (chunk: Buffer) => chunks.push(chunk));
      entry.on('end', () => {
        if (entry.type === 'File') files.set(entry.path.replace(/^\.\//, ''), Buffer.concat(chunks));
      });
    };
    const parser = new Parser({ strict: true, onReadEntry });
    parser.on('end', resolve);
    parser.on('error', reject);
    parser.end(Buffer.from(bytes));
  });
  return digestOf(files);
}
