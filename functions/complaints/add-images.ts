import { ComplaintImagesForm, ComplaintImagesJson, IMAGE_FIELDS } from '#shared/contract/complaint-requests.ts';
import { COMPLAINT_ID, complaintOf, imageOf } from '#shared/contract/examples.ts';
import { Complaint } from '#shared/contract/responses.ts';
import { route } from '#shared/http/route.ts';
import { addImages as add } from '#shared/services/complaints/add-images.ts';
import { parseIfMatch } from '#shared/services/complaints/if-match.ts';
import { etagOf, presentComplaint } from '#shared/services/complaints/present.ts';
import { readPictures } from '#shared/services/complaints/read-pictures.ts';
import { relationsOf } from '#shared/services/complaints/relations.ts';
import { MAX_FORM_BYTES, uploadsOf } from './uploads.ts';

export const addImages = route<Record<string, never>, ComplaintImagesJson>({
  method: 'POST',
  path: '/complain/images',
  id: 'addImages',
  access: 'account',
  needsUsername: true,
  body: {
    json: ComplaintImagesJson,
    form: { fields: ComplaintImagesForm, files: IMAGE_FIELDS },
    maxBytes: MAX_FORM_BYTES,
  },
  docs: {
    tag: 'Complaints',
    summary: 'Add pictures to a complaint',
    description:
      'Its reporter until it has ended, staff and admins at any time: one to three pictures as in POST /complain, with an optional `note`. It makes one step of `version` and one entry of the timeline of kind `images`. A complaint may have 12 pictures in all. With an `Idempotency-Key` a request can be repeated safely; with `If-Match` they are added only if the complaint is still at that version.',
    answers: {
      200: { description: 'Added', schema: Complaint, headers: ['ETag', 'Idempotent-Replayed'] },
    },
    refusals: [
      'forbidden',
      'not_found',
      'request_in_progress',
      'busy',
      'version_mismatch',
      'image_too_large',
      'unsupported_image',
      'idempotency_key_reused',
      'too_many_requests',
    ],
    sends: ['Idempotency-Key', 'If-Match'],
    examples: {
      added: {
        summary: 'What it looks like today, from its reporter',
        as: 'ada',
        given: {},
        form: { id: COMPLAINT_ID, note: 'It has become deeper.', image1: 'pothole.jpg' },
        answer: { status: 200, body: complaintOf({ version: 2, images: [imageOf('jpeg')] }) },
      },
      notYours: {
        summary: 'A complaint of somebody else',
        as: 'kim',
        given: {},
        form: { id: COMPLAINT_ID, image1: 'pothole.jpg' },
        answer: { code: 'forbidden', detail: 'Only staff may add pictures, and its reporter until it has ended.' },
      },
      none: {
        summary: 'No picture',
        as: 'ada',
        given: {},
        json: { id: COMPLAINT_ID, note: 'See the picture.' },
        answer: {
          code: 'invalid_fields',
          detail: 'images: must be one to three pictures',
          errors: [{ field: 'images', code: 'required', message: 'must be one to three pictures' }],
        },
      },
    },
  },
  async run({ body: { id, note, images }, files, headers, caller, deps }) {
    // Checks the pictures while the account is being read. A refusal of the account takes precedence.
    const pictures = readPictures(uploadsOf(files, images));
    pictures.catch(() => undefined);
    const { row, replayed } = await add(deps, caller.actor(), {
      id,
      note,
      pictures,
      accountId: caller.accountId,
      ifMatch: parseIfMatch(headers['if-match']),
      key: headers['idempotency-key'],
    });
    const viewer = await caller.actor();
    const relations = await relationsOf(deps, viewer, [row]);
    const body = presentComplaint(row, { viewer, config: deps.config, relations });
    const replay: Record<string, string> = replayed ? { 'idempotent-replayed': 'true' } : {};
    return { status: 200, body, headers: { ...etagOf(row), ...replay } };
  },
});
