import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUCKET_ID } from '#shared/appwrite/resources.ts';
import { Complaint } from '#shared/contract/responses.ts';
import { type Person, type Service, sharedService } from '../../support/harness.ts';
import { photoForm } from '../../support/photo-form.ts';
import { makePicture } from '../../support/pictures.ts';

let service: Service;
let person: Person;
let staff: Person;
let filed: Complaint;

beforeAll(async () => {
  service = await sharedService();
  person = await service.person();
  staff = await service.person('staff');
});
beforeEach(async () => {
  const large = { width: 900, height: 600 };
  const pictures = [
    await makePicture('jpeg', large),
    await makePicture('png', large),
    await makePicture('webp', large),
  ];
  filed = (await person.send('POST', '/complain', { form: photoForm(pictures) })).as(Complaint, 201);
});
afterAll(() => service.close());

const bucket = () => `${service.local.endpoint}/storage/buckets/${BUCKET_ID}/files`;
const asGuest = () => ({ headers: { 'x-appwrite-project': service.local.projectId } });
const statusOf = async (url: string) => (await fetch(url)).status;

describe('the pictures of a public complaint', () => {
  it('are shown by their URLs to anybody, in the order sent', async () => {
    for (const [index, type] of ['image/jpeg', 'image/png', 'image/webp'].entries()) {
      const image = filed.images[index];
      const shown = await fetch(image?.url ?? '');
      const bytes = Buffer.from(await shown.arrayBuffer());
      expect([shown.status, bytes.length]).toEqual([200, image?.bytes]);
      const { width, height, format } = await sharp(bytes).metadata();
      expect({ width, height, type: `image/${format}` }).toEqual({ width: 900, height: 600, type });
      expect(image).toMatchObject({ width: 900, height: 600, type });
    }
  });

  it('have small previews', async () => {
    for (const { previewUrl } of filed.images) {
      const preview = await fetch(previewUrl);
      const { width = 0 } = await sharp(Buffer.from(await preview.arrayBuffer())).metadata();
      expect(preview.status).toBe(200);
      expect(width).toBeLessThanOrEqual(400);
    }
  });

  it('cannot be fetched without the token, or with that of another picture', async () => {
    const [first, second] = filed.images.map(({ url }) => new URL(url));
    const borrowed = new URL(first ?? '');
    borrowed.searchParams.set('token', second?.searchParams.get('token') ?? '');
    expect([401, 404]).toContain(await statusOf(borrowed.href));
    borrowed.searchParams.delete('token');
    expect([401, 404]).toContain(await statusOf(borrowed.href));
  });

  it('are no longer served by any URL once the complaint is deleted', async () => {
    await person.send('POST', '/complain/delete', { json: { id: filed.id } });
    await service.local.settle();
    for (const { url, previewUrl } of filed.images) {
      expect([401, 404]).toContain(await statusOf(url));
      expect([401, 404]).toContain(await statusOf(previewUrl));
    }
  });

  it('are no longer served by the public URLs once it is hidden; viewers who may see it get new ones', async () => {
    const hidden = await staff.send('PUT', '/complain', { json: { id: filed.id, hidden: true } });
    for (const { url, previewUrl } of filed.images) {
      expect([401, 404]).toContain(await statusOf(url));
      expect([401, 404]).toContain(await statusOf(previewUrl));
    }
    for (const { url } of hidden.as(Complaint).images) expect(await statusOf(url)).toBe(200);
  });
});

describe('the bucket', () => {
  it('lists no files to guests', async () => {
    const answer = await fetch(bucket(), asGuest());
    const text = await answer.text();
    expect(text).not.toContain(filed.id);
    if (answer.ok) expect(JSON.parse(text)).toMatchObject({ total: 0, files: [] });
  });

  it('lets guests neither upload, delete nor read', async () => {
    const form = new FormData();
    form.set('fileId', 'unique()');
    form.set('file', new Blob(['hello']), 'x.jpg');
    const id = filed.images[0]?.id;
    const refused = [
      await fetch(bucket(), { ...asGuest(), method: 'POST', body: form }),
      await fetch(`${bucket()}/${id}`, { ...asGuest(), method: 'DELETE' }),
      await fetch(`${bucket()}/${id}`, asGuest()),
      await fetch(`${bucket()}/${id}/view`, asGuest()),
    ];
    for (const { status } of refused) expect([401, 404]).toContain(status);
    expect(await statusOf(filed.images[0]?.url ?? '')).toBe(200);
  });
});
