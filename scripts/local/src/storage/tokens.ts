import { signJwt, verifyJwt } from '../access/jwt.ts';
import { formatDate, type MovableClock } from '../clock.ts';
import type { Cells, Database } from '../database.ts';
import { uniqueId } from '../ids.ts';
import type { Bucket } from '../project/types.ts';
import type { Row } from '../rows/types.ts';

export type FileToken = {
  $id: string;
  $createdAt: string;
  resourceId: string;
  resourceType: 'files';
  expire: string;
  secret: string;
  accessedAt: string;
};

const day = 24 * 60 * 60 * 1000;

type Parts = { database: Database; clock: MovableClock; secret: string };

/**
 * File tokens: a secret opens one file. It refers to the file's number, so it does not open a new file with the same
 * id.
 */
export class FileTokens {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.database.exec(`CREATE TABLE IF NOT EXISTS fileTokens (number INTEGER PRIMARY KEY, "$id" TEXT NOT NULL UNIQUE,
      "$createdAt" TEXT NOT NULL, bucketId TEXT NOT NULL, fileId TEXT NOT NULL, fileSequence INTEGER NOT NULL, expire TEXT,
      accessedAt TEXT NOT NULL DEFAULT '')`);
  }

  create(bucket: Bucket, file: Row, expire: string | null): FileToken {
    const now = this.#parts.clock.now();
    const id = uniqueId(now);
    this.#parts.database.run(
      'INSERT INTO fileTokens ("$id", "$createdAt", bucketId, fileId, fileSequence, expire) VALUES (?, ?, ?, ?, ?, ?)',
      [id, formatDate(now), bucket.id, file.$id, file.$sequence, expire],
    );
    return this.find(id) as FileToken;
  }

  find(id: string): FileToken | undefined {
    const cells = this.#parts.database.get('SELECT * FROM fileTokens WHERE "$id" = ?', [id]);
    return cells && this.#show(cells);
  }

  list(bucket: Bucket, file: Row): FileToken[] {
    return this.#parts.database
      .all('SELECT * FROM fileTokens WHERE bucketId = ? AND fileSequence = ? ORDER BY number', [
        bucket.id,
        file.$sequence,
      ])
      .map((cells) => this.#show(cells));
  }

  setExpiry(id: string, expire: string | null): FileToken | undefined {
    this.#parts.database.run('UPDATE fileTokens SET expire = ? WHERE "$id" = ?', [expire, id]);
    return this.find(id);
  }

  remove(id: string): boolean {
    return this.#parts.database.run('DELETE FROM fileTokens WHERE "$id" = ?', [id]).changes > 0;
  }

  /** The file that a secret opens; undefined if it is forged, revoked or expired. Updates `accessedAt` once a day. */
  resolveSecret(secret: string): { bucketId: string; fileSequence: number } | undefined {
    const payload = verifyJwt(secret, this.#parts.secret);
    const cells =
      payload && this.#parts.database.get('SELECT * FROM fileTokens WHERE "$id" = ?', [String(payload.tokenId)]);
    if (!cells) return undefined;
    const now = this.#parts.clock.now();
    if (cells.expire !== null && Date.parse(String(cells.expire)) < now) return undefined;
    if (cells.accessedAt === '' || now - Date.parse(String(cells.accessedAt)) > day) {
      this.#parts.database.run('UPDATE fileTokens SET accessedAt = ? WHERE number = ?', [
        formatDate(now),
        Number(cells.number),
      ]);
    }
    return { bucketId: String(cells.bucketId), fileSequence: Number(cells.fileSequence) };
  }

  #show(cells: Cells): FileToken {
    const resourceId = `${cells.bucketId}:${cells.fileId}`;
    const expire = cells.expire === null ? '' : String(cells.expire);
    const payload = {
      tokenId: cells.$id,
      resourceId,
      resourceType: 'files',
      resourceInternalId: `1:${cells.fileSequence}`,
      iat: Math.floor(Date.parse(String(cells.$createdAt)) / 1000),
      ...(expire === '' ? {} : { exp: Math.floor(Date.parse(expire) / 1000) }),
    };
    return {
      $id: String(cells.$id),
      $createdAt: String(cells.$createdAt),
      resourceId,
      resourceType: 'files',
      expire,
      secret: signJwt(payload, this.#parts.secret),
      accessedAt: String(cells.accessedAt),
    };
  }
}
