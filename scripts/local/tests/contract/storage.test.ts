import { InputFile } from 'node-appwrite/file';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { useContract } from './support/contract.ts';
import { refusal } from './support/refusal.ts';

/** Covers what the recorded corpus does not: uploads in several chunks, and buckets with file security. */
const contract = useContract({ bucket: { fileSecurity: true } });
const { bucketId } = contract;
let number = 0;

async function picture(): Promise<Buffer> {
  const background = { r: 200, g: 30, b: 30 };
  return sharp({ create: { width: 400, height: 300, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

async function upload(bytes: Buffer, { name = 'a.jpg', permissions = [] as string[] } = {}) {
  number += 1;
  const file = InputFile.fromBuffer(bytes, name);
  return contract.storage.createFile({ bucketId, fileId: `file-${number}`, file, permissions });
}

function view(fileId: string, query = '') {
  const path = `/v1/storage/buckets/${bucketId}/files/${fileId}/view?project=${contract.target.projectId}${query}`;
  return send(contract.target, { path });
}

describe('a file', () => {
  it('larger than five megabytes is uploaded in chunks', async () => {
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

  it('is visible to guests if `any` may read it, and hidden otherwise', async () => {
    const open = await upload(await picture(), { permissions: ['read("any")'] });
    const closed = await upload(await picture());
    const ids = (await contract.guest.storage.listFiles({ bucketId })).files.map(({ $id }) => $id);
    expect(ids).toContain(open.$id);
    expect(ids).not.toContain(closed.$id);
    expect((await view(open.$id)).status).toBe(200);
    expect((await view(closed.$id)).status).toBe(404);
    expect(await refusal(contract.guest.storage.deleteFile({ bucketId, fileId: open.$id }))).toBe(
      '401 user_unauthorized',
    );
  });

  it('is opened by its own token only, until it is deleted', async () => {
    const [mine, other] = [await upload(await picture()), await upload(await picture())];
    const { secret } = await contract.tokens.createFileToken({ bucketId, fileId: mine.$id });
    const status = async (fileId: string, token: string) => (await view(fileId, `&token=${token}`)).status;
    expect(await status(mine.$id, secret)).toBe(200);
    expect(await status(other.$id, secret)).toBe(401);
    expect(await status(mine.$id, `${secret}x`)).toBe(404);
    await contract.storage.deleteFile({ bucketId, fileId: mine.$id });
    expect(await status(mine.$id, secret)).toBe(401);
  });
});
