import { type Models, Query, Storage, Tokens } from 'node-appwrite';
import { InputFile } from 'node-appwrite/file';
import { isSafeId } from '#shared/domain/ids.ts';
import { appwriteType, isAmbiguous, unavailable } from './failures.ts';
import type { Gateway } from './gateway.ts';
import { readInChunks } from './id-chunks.ts';
import { BUCKET_ID } from './resources.ts';

/** `complete` is false for an upload in parts that was not finished. */
export type StoredFile = { id: string; bytes: number; createdAt: Date; complete: boolean };
export type Access = { token: string; tokenId: string };
/** The content is the concatenation of the parts. */
export type NewFile = { id: string; name: string; parts: readonly Uint8Array[] };

const GONE = 'storage_file_not_found';

function fileAt(fileId: string): { bucketId: string; fileId: string } {
  if (!isSafeId(fileId)) throw new Error('not a file id');
  return { bucketId: BUCKET_ID, fileId };
}

/** Stores a file under a new id. When the answer is lost the file is sent again; "id taken" then means success. */
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

/** Removes a file; idempotent. */
export async function removeFile({ client }: Gateway, fileId: string): Promise<void> {
  try {
    await new Storage(client).deleteFile(fileAt(fileId));
  } catch (error) {
    if (appwriteType(error) !== GONE) throw unavailable(error);
  }
}

async function createToken({ client }: Gateway, fileId: string): Promise<Access> {
  const { secret, $id } = await new Tokens(client).createFileToken(fileAt(fileId));
  if (typeof secret !== 'string' || typeof $id !== 'string') throw new Error('an answer that is no token');
  return { token: secret, tokenId: $id };
}

/** Creates a file token: the secret that opens this one file by its URL until `retireAccess` deletes it. */
export async function createAccess(gateway: Gateway, fileId: string): Promise<Access> {
  try {
    return await createToken(gateway, fileId);
  } catch (error) {
    throw unavailable(error);
  }
}

/** As `createAccess`; undefined when the file is gone. */
export async function renewToken(gateway: Gateway, fileId: string): Promise<Access | undefined> {
  try {
    return await createToken(gateway, fileId);
  } catch (error) {
    if (appwriteType(error) === GONE) return undefined;
    throw unavailable(error);
  }
}

/** The page size of `tokens.list` (recorded: tokens-017). */
const TOKEN_PAGE = 100;

async function findToken(tokens: Tokens, tokenId: string): Promise<Models.ResourceToken | undefined> {
  try {
    return await tokens.get({ tokenId });
  } catch (error) {
    if (appwriteType(error) === 'token_not_found') return undefined;
    throw error;
  }
}

/**
 * Deletes the tokens of a file that are as old as the token `keepId` or older, except that one. A newer token stays: it
 * is about to replace `keepId`. Returns false, and deletes nothing, when `keepId` does not exist.
 */
export async function retireAccess({ client }: Gateway, fileId: string, keepId: string): Promise<boolean> {
  const tokens = new Tokens(client);
  const file = fileAt(fileId);
  try {
    for (let kept: Models.ResourceToken | undefined; ; ) {
      const queries = [Query.orderAsc('$createdAt'), Query.limit(TOKEN_PAGE)];
      const { tokens: page, total } = await tokens.list({ ...file, queries });
      kept ??= page.find((token) => token.$id === keepId);
      if (!kept && total > page.length) kept = await findToken(tokens, keepId);
      if (!kept) return false;
      const newest = Date.parse(kept.$createdAt);
      const old = page.filter((token) => token.$id !== keepId && Date.parse(token.$createdAt) <= newest);
      await Promise.all(old.map((token) => removeToken(tokens, token.$id)));
      if (old.length === 0 || total <= page.length) return true;
    }
  } catch (error) {
    if (appwriteType(error) === GONE) return true;
    throw unavailable(error);
  }
}

async function removeToken(tokens: Tokens, tokenId: string): Promise<void> {
  try {
    await tokens.delete({ tokenId });
  } catch (error) {
    if (appwriteType(error) !== 'token_not_found') throw error;
  }
}

/** The files of the bucket that match these queries. */
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

/** The files among `ids` that exist, complete or not. */
export function filesByIds(gateway: Gateway, ids: readonly string[]): Promise<StoredFile[]> {
  return readInChunks('$id', ids, (query, most) => filesByQuery(gateway, [query, Query.limit(most)]));
}

const MAX_OF_ONE = 100;

/** The files whose ids begin with the complaint's: from its filing, added later, or left by failed tries. */
export function filesOfComplaint(gateway: Gateway, complaintId: string): Promise<StoredFile[]> {
  const own = [Query.greaterThan('$id', `${complaintId}-`), Query.lessThan('$id', `${complaintId}-zzzzzzzzz`)];
  return filesByQuery(gateway, [...own, Query.limit(MAX_OF_ONE)]);
}

/** The next page of files by id; an empty `after` starts at the beginning. */
export function listFiles(gateway: Gateway, after: string, limit: number): Promise<StoredFile[]> {
  const seek = after === '' ? [] : [Query.greaterThan('$id', after)];
  return filesByQuery(gateway, [...seek, Query.orderAsc('$id'), Query.limit(limit)]);
}
