import { Query, Storage, Tokens } from 'node-appwrite';
import { InputFile } from 'node-appwrite/file';
import { isSafeId } from '#shared/domain/ids.ts';
import { appwriteType, isAmbiguous, unavailable } from './failures.ts';
import type { Gateway } from './gateway.ts';
import { BUCKET_ID } from './resources.ts';

/** `complete` is false for what an upload in parts has left half-way. */
export type StoredFile = { id: string; bytes: number; createdAt: Date; complete: boolean };
export type Access = { token: string; tokenId: string };
/** Its content is what the parts are one after the other. */
export type NewFile = { id: string; name: string; parts: readonly Uint8Array[] };

const GONE = 'storage_file_not_found';

function fileAt(fileId: string): { bucketId: string; fileId: string } {
  if (!isSafeId(fileId)) throw new Error('not a file id');
  return { bucketId: BUCKET_ID, fileId };
}

/** Stores a file under an id that is new. When the answer is lost it is sent once more: then the id being taken is success. */
export async function storeFile({ client }: Gateway, { id, name, parts }: NewFile): Promise<void> {
  const storage = new Storage(client);
  const size = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const send = async () => {
    const file = InputFile.fromBuffer(new Blob([...parts] as Uint8Array<ArrayBuffer>[]), name);
    const { $id, sizeOriginal } = await storage.createFile({ ...fileAt(id), file, permissions: [] });
    if ($id !== id || sizeOriginal !== size) throw new Error('an answer that is not about this file');
  };
  try {
    await send();
  } catch (error) {
    if (!isAmbiguous(error)) throw unavailable(error);
    await send().catch((again: unknown) => {
      if (appwriteType(again) !== 'storage_file_already_exists') throw unavailable(again);
    });
  }
}

/** Gone afterwards, whoever did it. */
export async function removeFile({ client }: Gateway, fileId: string): Promise<void> {
  try {
    await new Storage(client).deleteFile(fileAt(fileId));
  } catch (error) {
    if (appwriteType(error) !== GONE) throw unavailable(error);
  }
}

/** The secret that opens this one file by its URL, for ever or until it is retired. */
export async function createAccess({ client }: Gateway, fileId: string): Promise<Access> {
  try {
    const { secret, $id } = await new Tokens(client).createFileToken(fileAt(fileId));
    if (typeof secret !== 'string' || typeof $id !== 'string') throw new Error('an answer that is no token');
    return { token: secret, tokenId: $id };
  } catch (error) {
    throw unavailable(error);
  }
}

/** Ends the URLs of a file that are older than this one. A newer one is about to take its place and stays. */
export async function retireAccess({ client }: Gateway, fileId: string, keepId: string): Promise<void> {
  const tokens = new Tokens(client);
  try {
    const { tokens: all } = await tokens.list({ ...fileAt(fileId), queries: [Query.limit(100)] });
    const kept = all.find((token) => token.$id === keepId);
    const old = all.filter((token) => kept && Date.parse(token.$createdAt) < Date.parse(kept.$createdAt));
    await Promise.all(old.map((token) => tokens.delete({ tokenId: token.$id })));
  } catch (error) {
    if (appwriteType(error) !== GONE && appwriteType(error) !== 'token_not_found') throw unavailable(error);
  }
}

/** Files of the bucket as these queries find them. */
export async function filesByQuery({ client }: Gateway, queries: string[]): Promise<StoredFile[]> {
  try {
    const { files } = await new Storage(client).listFiles({ bucketId: BUCKET_ID, queries });
    return files.map((file) => ({
      id: file.$id,
      bytes: file.sizeOriginal,
      createdAt: new Date(file.$createdAt),
      complete: file.chunksUploaded >= file.chunksTotal,
    }));
  } catch (error) {
    throw unavailable(error);
  }
}

/** The next files of the bucket by id; an empty `after` begins. */
export function listFiles(gateway: Gateway, after: string, limit: number): Promise<StoredFile[]> {
  const seek = after === '' ? [] : [Query.greaterThan('$id', after)];
  return filesByQuery(gateway, [...seek, Query.orderAsc('$id'), Query.limit(limit)]);
}
