import { IMAGE_FIELDS, NewComplaintForm, NewComplaintJson } from '#shared/contract/complaint-requests.ts';
import type { Upload } from '#shared/http/body.ts';
import { formReader } from '#shared/http/form.ts';
import { route } from '#shared/http/route.ts';
import { etagOf, presentComplaint } from '#shared/services/complaints/present.ts';

/** What Appwrite lets through a function domain. */
const MOST_BYTES = 12 * 1024 * 1024;

function uploadsOf(images: readonly string[] | null | undefined): Upload[] {
  return (images ?? []).map((content, index) => ({ field: `images.${index}`, named: true, content }));
}

export const createComplaint = route<Record<string, never>, NewComplaintJson>({
  method: 'POST',
  path: '/complain',
  id: 'createComplaint',
  access: 'account',
  needsUsername: true,
  body: {
    json: NewComplaintJson,
    form: formReader<NewComplaintJson>({ fields: NewComplaintForm, files: IMAGE_FIELDS }),
    maxBytes: MOST_BYTES,
  },
  async run({ body, uploads, headers, caller, deps }) {
    const { readPictures } = await import('#shared/services/complaints/read-pictures.ts');
    // Read while Appwrite is asked for the account; what is wrong with the account is said first.
    const pictures = readPictures(uploads.length > 0 ? uploads : uploadsOf(body.images));
    pictures.catch(() => undefined);
    const draft = {
      title: body.title,
      description: body.description,
      category: body.category ?? null,
      location: body.location ?? null,
      latitude: body.latitude ?? null,
      longitude: body.longitude ?? null,
      anonymous: body.anonymous ?? false,
    };
    const { createComplaint: file } = await import('#shared/services/complaints/create-complaint.ts');
    const key = headers['idempotency-key'];
    const { row, replayed } = await file(deps, caller.actor(), { draft, pictures, key });
    const replay: Record<string, string> = replayed ? { 'idempotent-replayed': 'true' } : {};
    const viewer = await caller.actor();
    const complaint = presentComplaint(row, { viewer, config: deps.config });
    return { status: replayed ? 200 : 201, body: complaint, headers: { ...etagOf(row), ...replay } };
  },
});
