import { contactOf, IMAGE_FIELDS, NewComplaintForm, NewComplaintJson } from '#shared/contract/complaint-requests.ts';
import { complaintOf, DRAFT, imageOf } from '#shared/contract/examples.ts';
import { Complaint } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { createComplaint as file } from '#shared/services/complaints/create-complaint.ts';
import { etagOf, presentComplaint } from '#shared/services/complaints/present.ts';
import { readPictures } from '#shared/services/complaints/read-pictures.ts';
import { relationsOf } from '#shared/services/complaints/relations.ts';
import { MAX_FORM_BYTES, uploadsOf } from './uploads.ts';

export const createComplaint = route<Record<string, never>, NewComplaintForm & NewComplaintJson>({
  method: 'POST',
  path: '/complain',
  id: 'createComplaint',
  access: 'account',
  needsUsername: true,
  body: {
    json: NewComplaintJson,
    form: { fields: NewComplaintForm, files: IMAGE_FIELDS },
    maxBytes: MAX_FORM_BYTES,
  },
  docs: {
    tag: 'Complaints',
    summary: 'File a complaint',
    description:
      'With up to three pictures (JPEG, PNG or WebP by their content; 3 MiB and 40 megapixels each): as `multipart/form-data` with the files `image1` to `image3`, or as JSON with base64 in `images` (about 7.5 MB of pictures together), which is how an SDK sends them through the executions API. Pictures are turned upright and stripped of place, camera and every comment. Staff and admins may send `contact`, in a form `contactName`, `contactPhone`, `contactEmail`, when they file for a caller; it is removed 90 days (`CONTACT_DAYS`) after the end. With an `Idempotency-Key` a request can be repeated safely: the answer is then the first complaint and `Idempotent-Replayed: true`.',
    answers: {
      200: {
        description: 'This key and content were sent before: the first complaint',
        schema: Complaint,
        headers: ['ETag', 'Idempotent-Replayed'],
      },
      201: { description: 'Filed', schema: Complaint, headers: ['ETag'] },
    },
    refusals: [
      'forbidden',
      'not_found',
      'request_in_progress',
      'image_too_large',
      'unsupported_image',
      'idempotency_key_reused',
      'too_many_requests',
    ],
    sends: ['Idempotency-Key'],
    examples: {
      filed: { summary: 'Without pictures', as: 'ada', json: DRAFT, answer: { status: 201, body: complaintOf() } },
      again: {
        summary: 'The same request again, with its Idempotency-Key',
        as: 'ada',
        headers: { 'Idempotency-Key': 'pothole-in-mill-lane-1' },
        json: DRAFT,
        twice: true,
        answer: { status: 200, body: complaintOf() },
      },
      base64: {
        summary: 'A picture as base64',
        as: 'ada',
        json: {
          ...DRAFT,
          images: [
            'iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAEElEQVQI12PQqk+CIwbiOACuoxCxz8vnHQAAAABJRU5ErkJggg==',
          ],
        },
        answer: { status: 201, body: complaintOf({ images: [imageOf('png')] }) },
      },
      form: {
        summary: 'A form with a picture',
        as: 'ada',
        form: { title: DRAFT.title, description: DRAFT.description, anonymous: 'true', image1: 'pothole.jpg' },
        answer: {
          status: 201,
          body: complaintOf({
            category: null,
            location: null,
            latitude: null,
            longitude: null,
            anonymous: true,
            overdueAt: null,
            images: [imageOf('jpeg')],
          }),
        },
      },
      forACaller: {
        summary: 'Staff files for somebody who called',
        as: 'grace',
        json: { ...DRAFT, contact: { name: 'Rosa Diaz', phone: '+49 170 1234567' } },
        answer: {
          status: 201,
          body: complaintOf({
            username: 'grace',
            contact: { name: 'Rosa Diaz', phone: '+491701234567', email: null },
          }),
        },
      },
      foreignContact: {
        summary: 'A contact, sent by a user',
        as: 'ada',
        json: { ...DRAFT, contact: { name: 'Rosa Diaz' } },
        answer: { code: 'forbidden', detail: 'Only staff may send contact, when they file for a caller.' },
      },
      notAPicture: {
        summary: 'Something that is no picture',
        as: 'ada',
        json: { ...DRAFT, images: ['JVBERi0xLjcK'] },
        answer: {
          code: 'unsupported_image',
          detail: 'images.0: This is a PDF document. Send a JPEG, PNG or WebP picture instead.',
          errors: [
            {
              field: 'images.0',
              code: 'unsupported_image',
              message: 'This is a PDF document. Send a JPEG, PNG or WebP picture instead.',
            },
          ],
        },
      },
      tooShort: {
        summary: 'Two fields that are wrong',
        as: 'ada',
        json: { ...DRAFT, title: 'No', latitude: 152.5 },
        answer: {
          code: 'invalid_fields',
          detail: 'title must have at least 3 characters; "No" was sent.',
          errors: [
            { field: 'title', code: 'too_short', message: 'must have at least 3 characters; "No" was sent' },
            { field: 'latitude', code: 'too_big', message: 'must be at most 90; 152.5 was sent' },
          ],
        },
      },
      otherUsername: {
        summary: 'USERNAME names somebody else',
        as: 'ada',
        headers: { USERNAME: 'kim' },
        json: DRAFT,
        answer: {
          code: 'username_mismatch',
          detail: 'The header USERNAME must name the user of the token; "kim" was sent.',
        },
      },
    },
  },
  async run({ body, files, headers, caller, deps }) {
    // Checks the pictures while the account is being read. A refusal of the account takes precedence.
    const pictures = readPictures(uploadsOf(files, body.images));
    pictures.catch(() => undefined);
    const draft = {
      title: body.title,
      description: body.description,
      category: body.category ?? null,
      location: body.location ?? null,
      latitude: body.latitude ?? null,
      longitude: body.longitude ?? null,
      anonymous: body.anonymous ?? false,
      contact: contactOf(body),
    };
    const key = headers['idempotency-key'];
    const { row, replayed } = await file(deps, caller.actor(), { draft, pictures, key });
    const replay: Record<string, string> = replayed ? { 'idempotent-replayed': 'true' } : {};
    const viewer = await caller.actor();
    // Only for a replay: a new complaint has no followers.
    const relations = await relationsOf(deps, viewer, [row]);
    const complaint = presentComplaint(row, { viewer, config: deps.config, relations });
    return { status: replayed ? 200 : 201, body: complaint, headers: { ...etagOf(row), ...replay } };
  },
});
