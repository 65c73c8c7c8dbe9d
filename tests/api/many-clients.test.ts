import { afterAll, beforeAll, expect, it } from 'vitest';
import { change, detailOf } from '#tests/support/complaints.ts';
import { type Service, startService } from '#tests/support/harness.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({}, { workers: 12, delays: true });
});
afterAll(() => service.close());

it('sixteen clients file and change without a failure or loss at an Appwrite with twelve workers', async () => {
  const [staff, ...people] = await service.people('staff', ...Array<'user'>(16).fill('user'));
  const filed = await Promise.all(
    people.map(async (person, number) => {
      const { id } = await person.file();
      const note = `Client ${number}`;
      await change(staff, { id, note });
      return { id, note };
    }),
  );
  for (const { id, note } of filed) {
    expect((await detailOf(staff, id)).timeline.map((entry) => entry.note)).toContain(note);
  }
});
