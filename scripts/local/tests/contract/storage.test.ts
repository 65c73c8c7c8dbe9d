import { ImageFormat, Query } from 'node-appwrite';
import { InputFile } from 'node-appwrite/file';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { useContract } from './support/contract.ts';
import { refusal } from './support/refusal.ts';
import { send } from './support/send.ts';

const contract = useContract({ bucket: { fileSecurity: true } });
const { bucketId } = contract;
let number = 0;

async function picture(width = 400): Promise<Buffer> {
  const background = { r: 200, g: 30, b: 30 };
  return sharp({ create: { width, height: 300, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

async function upload(bytes: Buffer, { name = 'a.jpg', permissions = [] as string[], fileId = '' } = {}) {
  number += 1;
  const file = InputFile.fromBuffer(bytes, name);
  return contract.storage.createFile({ bucketId, fileId: fileId || `file-${number}`, file, permissions });
}

function path(fileId: string, kind: string, query = ''): string {
  return `/v1/storage/buckets/${bucketId}/files/${fileId}/${kind}?project=${contract.target.projectId}${query}`;
}

describe('a file', () => {
  it('is kept as it was sent, its type found in its content', async () => {
    const bytes = await picture();
    const file = await upload(bytes, { name: 'Foto ä.PNG' });
    expect(file).toMatchObject({
      bucketId,
      name: 'Foto ä.PNG',
      mimeType: 'image/jpeg',
      sizeOriginal: bytes.length,
      chunksTotal: 1,
      chunksUploaded: 1,
    });
    expect(Buffer.from(await contract.storage.getFileDownload({ bucketId, fileId: file.$id }))).toEqual(bytes);
    expect(await contract.storage.getFile({ bucketId, fileId: file.$id })).toEqual(file);
  });

  it('larger than five megabytes arrives in pieces', async () => {
    const bytes = Buffer.alloc(12_000_000, 'abc');
    const file = await upload(bytes, { name: 'large.txt' });
    expect(file).toMatchObject({
      chunksTotal: 3,
      chunksUploaded: 3,
      sizeOriginal: bytes.length,
      mimeType: 'text/plain',
    });
    const back = Buffer.from(await contract.storage.getFileView({ bucketId, fileId: file.$id }));
    expect(back.equals(bytes)).toBe(true);
  });

  it('is refused for its name, its size, its id, or when it is not there', async () => {
    const bytes = await picture();
    expect(await refusal(upload(bytes, { name: 'a.exe' }))).toBe('400 storage_file_type_unsupported');
    await upload(bytes, { fileId: 'twice' });
    expect(await refusal(upload(bytes, { fileId: 'twice' }))).toBe('409 storage_file_already_exists');
    expect(await refusal(upload(bytes, { fileId: '_bad' }))).toBe('400 general_argument_invalid');
    const nowhere = contract.storage.createFile({
      bucketId: 'none',
      fileId: 'x',
      file: InputFile.fromBuffer(bytes, 'a.jpg'),
    });
    expect(await refusal(nowhere)).toBe('404 storage_bucket_not_found');
  });

  it('may be empty', async () => {
    expect(await upload(Buffer.alloc(0), { name: 'a.txt' })).toMatchObject({ sizeOriginal: 0 });
  });

  it('is gone after it was deleted, and cannot be deleted again', async () => {
    const { $id: fileId } = await upload(await picture());
    await contract.storage.deleteFile({ bucketId, fileId });
    expect(await refusal(contract.storage.getFile({ bucketId, fileId }))).toBe('404 storage_file_not_found');
    expect(await refusal(contract.storage.deleteFile({ bucketId, fileId }))).toBe('404 storage_file_not_found');
  });

  it('is served whole or in part', async () => {
    const { $id: fileId } = await upload(Buffer.from('0123456789'), { name: 'a.txt', permissions: ['read("any")'] });
    const part = await send(contract.target, { path: path(fileId, 'view'), headers: { range: 'bytes=2-4' } });
    expect([part.status, part.body.toString(), part.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10']);
    const beyond = await send(contract.target, { path: path(fileId, 'view'), headers: { range: 'bytes=5-50' } });
    expect(beyond.status).toBe(416);
  });
});

describe('a preview', () => {
  it('is scaled, and may be kept for 45 days', async () => {
    const { $id: fileId } = await upload(await picture(800));
    const preview = await contract.storage.getFilePreview({ bucketId, fileId, width: 320, output: ImageFormat.Webp });
    expect(await sharp(Buffer.from(preview)).metadata()).toMatchObject({ width: 320, format: 'webp' });
    const { tokens } = contract;
    const { secret } = await tokens.createFileToken({ bucketId, fileId });
    const sent = await send(contract.target, { path: path(fileId, 'preview', `&width=100&token=${secret}`) });
    expect(sent.headers).toMatchObject({ 'cache-control': 'private, max-age=3888000', 'content-type': 'image/jpeg' });
    expect(await refusal(contract.storage.getFilePreview({ bucketId, fileId, width: 4001 }))).toBe(
      '400 general_argument_invalid',
    );
  });
});

describe('a list of files', () => {
  it('is filtered, ordered and paged', async () => {
    const names = ['zebra.txt', 'yak.txt', 'xerus.txt'];
    for (const name of names) await upload(Buffer.from(name), { name });
    const queries = [Query.equal('name', names), Query.orderAsc('name'), Query.limit(2)];
    const first = await contract.storage.listFiles({ bucketId, queries });
    expect({ total: first.total, names: first.files.map(({ name }) => name) }).toEqual({
      total: 3,
      names: ['xerus.txt', 'yak.txt'],
    });
    const rest = await contract.storage.listFiles({
      bucketId,
      queries: [...queries, Query.cursorAfter(first.files[1]?.$id ?? '')],
    });
    expect(rest.files.map(({ name }) => name)).toEqual(['zebra.txt']);
    const gone = contract.storage.listFiles({ bucketId, queries: [Query.cursorAfter('none')] });
    expect(await refusal(gone)).toBe('400 general_cursor_not_found');
  });

  it('shows strangers every file that anybody may read, and hides the others', async () => {
    const open = await upload(await picture(), { permissions: ['read("any")'] });
    const closed = await upload(await picture());
    const ids = (await contract.guest.storage.listFiles({ bucketId })).files.map(({ $id }) => $id);
    expect(ids).toContain(open.$id);
    expect(ids).not.toContain(closed.$id);
    expect((await send(contract.target, { path: path(open.$id, 'view') })).status).toBe(200);
    expect((await send(contract.target, { path: path(closed.$id, 'view') })).status).toBe(404);
    expect(await refusal(contract.guest.storage.deleteFile({ bucketId, fileId: open.$id }))).toBe(
      '401 user_unauthorized',
    );
  });
});

describe('a file token', () => {
  it('opens its file and no other, until the file is gone', async () => {
    const [mine, other] = [await upload(await picture()), await upload(await picture())];
    const token = await contract.tokens.createFileToken({ bucketId, fileId: mine.$id });
    expect(token).toMatchObject({ resourceId: `${bucketId}:${mine.$id}`, resourceType: 'files', expire: '' });
    const status = async (fileId: string, secret: string) =>
      (await send(contract.target, { path: path(fileId, 'view', `&token=${secret}`) })).status;
    expect(await status(mine.$id, token.secret)).toBe(200);
    expect(await status(other.$id, token.secret)).toBe(401);
    expect(await status(mine.$id, `${token.secret}x`)).toBe(404);
    expect((await contract.tokens.list({ bucketId, fileId: mine.$id })).total).toBe(1);
    await contract.storage.deleteFile({ bucketId, fileId: mine.$id });
    expect(await status(mine.$id, token.secret)).toBe(401);
  });

  it('can be revoked, and is refused when it would have expired already', async () => {
    const { $id: fileId } = await upload(await picture());
    const { $id: tokenId, secret } = await contract.tokens.createFileToken({ bucketId, fileId });
    expect((await send(contract.target, { path: path(fileId, 'view', `&token=${secret}`) })).status).toBe(200);
    await contract.tokens.delete({ tokenId });
    expect(await refusal(contract.tokens.get({ tokenId }))).toBe('404 token_not_found');
    const past = contract.tokens.createFileToken({ bucketId, fileId, expire: '2020-01-01T00:00:00Z' });
    expect(await refusal(past)).toBe('400 general_argument_invalid');
  });
});
