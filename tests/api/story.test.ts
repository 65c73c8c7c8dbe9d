import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Complaint, ComplaintDetail, ComplaintList, Deleted } from '#shared/contract/responses.ts';
import { IS_DEPLOYED, type Service, STORY_ENVIRONMENTS, startService } from '../support/harness.ts';
import { makePicture } from '../support/pictures.ts';
import { withCanaries } from '../support/pictures-canary.ts';

describe.each(STORY_ENVIRONMENTS)('on $database in the layout $layout', ({ database, layout }) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({}, { database, layout });
  });
  afterAll(() => service.close());

  it('files with a photo, lists, works on and deletes a complaint, and the photo is gone', async () => {
    const reporter = await service.person();
    const admin = await service.person('admin');
    const form = new FormData();
    form.set('title', 'Pothole in Mill Lane');
    form.set('description', 'Deep enough to lose a wheel in.');
    form.set('image1', new Blob([withCanaries('jpeg', await makePicture('jpeg'), 6)]), 'pothole.jpg');
    const filed = (await reporter.send('POST', '/complain', { form })).as(Complaint, 201);
    expect(filed.images).toHaveLength(1);
    const picture = await fetch(filed.images[0]?.url ?? '');
    expect(picture.status).toBe(200);

    const list = (await service.send('GET', '/complain')).as(ComplaintList);
    expect(list.items.map((item) => item.id)).toContain(filed.id);

    const change = { id: filed.id, status: 'in_progress', progress: 40, note: 'A crew is on its way.' };
    const worked = (await admin.send('PUT', '/complain', { json: change })).as(Complaint);
    expect(worked).toMatchObject({ status: 'in_progress', progress: 40, version: 2 });
    const detail = (await service.send('GET', `/complain?id=${filed.id}`)).as(ComplaintDetail);
    expect(detail.timeline.map((entry) => entry.kind)).toEqual(['created', 'status']);

    const deleted = await admin.send('POST', '/complain/delete', { json: { id: filed.id } });
    expect(deleted.as(Deleted)).toEqual({ id: filed.id, deleted: true });
    await service.settle();
    expect([401, 404]).toContain((await fetch(filed.images[0]?.url ?? '')).status);
    (await service.send('GET', `/complain?id=${filed.id}`)).problem(404);
  });

  it('shows the pages, and lists the existing paths', async () => {
    expect((await service.send('GET', '/')).headers['content-type']).toContain('text/html');
    const document = await service.send('GET', '/openapi.json');
    expect(JSON.parse(document.text).paths['/login'].servers).toMatchObject([
      { url: IS_DEPLOYED ? expect.stringContaining('://auth.') : '/' },
    ]);
    expect((await service.send('GET', '/nowhere')).problem(404).detail).toContain('/complain/stats');
    expect((await service.send('GET', '/login')).problem(405).detail).toBe('This path answers POST, OPTIONS.');
  });
});
