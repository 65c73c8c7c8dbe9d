import * as z from 'zod/mini';
import { SORTS } from '#shared/domain/complaint.ts';
import { MAX_IMAGES_PER_REQUEST } from '#shared/domain/ids.ts';
import { readReference } from '#shared/domain/reference.ts';
import {
  Assignee,
  CategoryId,
  ComplaintId,
  ContactEmail,
  ContactName,
  ContactPhone,
  Description,
  InternalNote,
  Latitude,
  Location,
  Longitude,
  Note,
  Outcome,
  Progress,
  RatingComment,
  Reason,
  Reference,
  Score,
  StatusName,
  Title,
  WRONG_CHECK_DIGIT,
} from './fields.ts';
import { box, endTime, metres, point, startTime, whole } from './text.ts';

const Original = z.lazy(() =>
  z.string().check(
    z.regex(/^(?:[a-z0-9]{20}|\d{4}-\d{6,15}-\d)$/, 'must be the id or the reference of a complaint'),
    z.refine((text) => readReference(text)?.isRight !== false, WRONG_CHECK_DIGIT),
    z.describe(
      'For staff: the id or reference of the complaint that this is a duplicate of. It is rejected with that, without a note; its reporter and followers follow the other one.',
    ),
  ),
);

const maybe = <T extends z.ZodMiniType>(type: T) => z.optional(z.nullable(type));
type Coordinates = { latitude?: number | null | undefined; longitude?: number | null | undefined };

/** 422 unless both coordinates are sent or neither; null counts as not sent. */
function bothCoordinates<T extends Coordinates>() {
  return z.check<T>((context) => {
    const { latitude, longitude } = context.value;
    if (((latitude ?? null) === null) === ((longitude ?? null) === null)) return;
    const path = [(latitude ?? null) === null ? 'latitude' : 'longitude'];
    const message = 'is required when the other coordinate is sent';
    context.issues.push({ code: 'custom', input: context.value, path, message, params: { field: 'required' } });
  });
}

const newComplaint = {
  title: Title,
  description: Description,
  category: maybe(CategoryId),
  location: maybe(Location),
  latitude: maybe(Latitude),
  longitude: maybe(Longitude),
  anonymous: maybe(z.boolean()).check(z.describe('true hides the name of the reporter from the public.')),
};

/** The text fields of POST /complain as multipart/form-data. */
export const NewComplaintForm = z.lazy(() =>
  z
    .strictObject({
      ...newComplaint,
      contactName: maybe(ContactName),
      contactPhone: maybe(ContactPhone),
      contactEmail: maybe(ContactEmail),
    })
    .check(bothCoordinates()),
);

const Contact = z.lazy(() =>
  z.strictObject({ name: maybe(ContactName), phone: maybe(ContactPhone), email: maybe(ContactEmail) }).check(
    z.check((context) => {
      if (Object.values(context.value).some((value) => (value ?? null) !== null)) return;
      const message = 'must hold at least one of: name, phone, email';
      context.issues.push({ code: 'custom', input: context.value, message, params: { field: 'required' } });
    }),
    z.describe('Who called, when staff files for a caller; only for staff and admins.'),
  ),
);

/** POST /complain as JSON. */
export const NewComplaintJson = z.lazy(() =>
  z
    .strictObject({
      ...newComplaint,
      contact: maybe(Contact),
      images: maybe(z.array(z.string()).check(z.maxLength(MAX_IMAGES_PER_REQUEST))).check(
        z.describe(
          'Up to three pictures, each in standard base64 on one line, with or without a prefix such as `data:image/jpeg;base64,`: JPEG, PNG or WebP, 3 MiB each.',
        ),
      ),
    })
    .check(bothCoordinates()),
);

/** The contact of a caller, from JSON or a form; null if none is sent. */
export function contactOf(body: Partial<NewComplaintJson & NewComplaintForm>) {
  const { contact, contactName: name, contactPhone: phone, contactEmail: email } = body;
  const sent = contact ?? { name, phone, email };
  const whole = { name: sent.name ?? null, phone: sent.phone ?? null, email: sent.email ?? null };
  return Object.values(whole).every((value) => value === null) ? null : whole;
}

/** The text fields of POST /complain/images as multipart/form-data. */
export const ComplaintImagesForm = z.lazy(() => z.strictObject({ id: ComplaintId, note: z.optional(Note) }));

/** POST /complain/images as JSON. */
export const ComplaintImagesJson = z.lazy(() =>
  z.strictObject({
    id: ComplaintId,
    note: z.optional(Note),
    images: z.optional(
      z
        .array(z.string())
        .check(
          z.minLength(1),
          z.maxLength(MAX_IMAGES_PER_REQUEST),
          z.describe('One to three pictures in base64, as in POST /complain.'),
        ),
    ),
  }),
);

/** The file fields of both forms, in the order in which the pictures are stored. */
export const IMAGE_FIELDS = ['image1', 'image2', 'image3'] as const;

const changes = {
  status: z.optional(StatusName),
  progress: z.optional(Progress),
  note: z.optional(Note),
  internalNote: z.optional(InternalNote),
  assignedTo: maybe(Assignee),
  hidden: z.optional(z.boolean()).check(z.describe('true: only staff, admins and the reporter can see it.')),
  title: z.optional(Title),
  description: z.optional(Description),
  location: maybe(Location),
  category: maybe(CategoryId),
  latitude: maybe(Latitude),
  longitude: maybe(Longitude),
  reason: z.optional(Reason),
  anonymous: z
    .optional(z.boolean())
    .check(z.describe('For the reporter: true hides their name from the public. It cannot be turned off again.')),
  outcome: maybe(Outcome),
  duplicateOf: z.optional(Original),
};
const CHANGES = Object.keys(changes);

type DuplicateFields = { duplicateOf?: string | undefined; status?: string | undefined; outcome?: unknown };

/** With `duplicateOf`, status and outcome must be `rejected` and `duplicate` if they are sent. */
function refuseOtherOutcomes(body: DuplicateFields, refuse: Refuse): void {
  if (body.duplicateOf === undefined) return;
  for (const [field, value] of [
    ['status', 'rejected'],
    ['outcome', 'duplicate'],
  ] as const) {
    const sent = body[field];
    if (sent !== undefined && sent !== value) refuse(field, `must be ${value} with duplicateOf, or not be sent`);
  }
}

/** PUT /complain. */
export const ComplaintChange = z.lazy(() =>
  z.strictObject({ id: ComplaintId, ...changes }).check(
    bothCoordinates(),
    z.check((context) => {
      const body: Record<string, unknown> = context.value;
      refuseOtherOutcomes(context.value, (field, message) =>
        context.issues.push({ code: 'custom', input: body, path: [field], message, params: { field: 'conflicting' } }),
      );
      if (CHANGES.some((field) => body[field] !== undefined)) return;
      const message = `must hold, besides id, at least one of: ${CHANGES.join(', ')}`;
      context.issues.push({ code: 'custom', input: body, message, params: { field: 'required' } });
    }),
  ),
);

/** POST /complain/rate. */
export const ComplaintRating = z.lazy(() =>
  z.strictObject({ id: ComplaintId, score: Score, comment: maybe(RatingComment) }),
);

const MAX_AT_ONCE = 50;
const { status, note, internalNote, assignedTo, category, hidden } = changes;
const manyChanges = { status, note, internalNote, assignedTo, category, hidden };

/** PUT /complain/bulk. */
export const ComplaintChanges = z.lazy(() =>
  z
    .strictObject({
      ids: z
        .array(ComplaintId)
        .check(z.minLength(1), z.maxLength(MAX_AT_ONCE), z.describe('1 to 50 complaints, each once.')),
      change: z.strictObject(manyChanges).check(
        z.refine(
          (change) => Object.values(change).some((value) => value !== undefined),
          `must hold at least one of: ${Object.keys(manyChanges).join(', ')}`,
        ),
        z.describe('What is to be changed on each of them, as in PUT /complain.'),
      ),
    })
    .check((context) => {
      const { ids } = context.value;
      const again = ids.find((id, index) => ids.indexOf(id) !== index);
      if (again === undefined) return;
      const message = `must name each complaint once; ${again} is sent again`;
      context.issues.push({ code: 'custom', input: ids, path: ['ids'], message, params: { field: 'conflicting' } });
    }),
);

/** POST /complain/follow and /complain/unfollow. */
export const ComplaintFollowing = z.lazy(() => z.strictObject({ id: ComplaintId }));

/** POST /complain/delete. */
export const ComplaintDeletion = z.lazy(() => z.strictObject({ id: ComplaintId }));

const MAX_NUMBER = 999_999_999_999_999;

const SORTED_BY_FILING: readonly (string | undefined)[] = [undefined, 'createdAt', '-createdAt'];
/** The filters that can be combined with a sort other than by filing, and those that can be combined with `near`. */
const WITH_OTHER_SORTS = ['status', 'assignedTo'];
const WITH_NEAR = ['status', 'category', 'q'];
/** The parameters that `format=geojson` excludes, since a map has neither pages nor an order. */
const NOT_WITH_POINTS = ['page', 'pageSize', 'after', 'sort', 'near', 'radius'];

type ListFields = {
  page?: number | undefined;
  after?: string | undefined;
  sort?: string | undefined;
  overdue?: boolean | undefined;
  q?: string | undefined;
  following?: boolean | undefined;
  near?: unknown;
  radius?: number | undefined;
  bbox?: unknown;
  format?: string | undefined;
};
type Refuse = (field: string, message: string) => void;

/** Refuses combinations that no index can list in order. `filters`: the names of the sent filters. */
function refuseCombinations(
  { page, after, sort, overdue, q, following, near, radius }: ListFields,
  filters: string[],
  refuse: Refuse,
) {
  const beyond = (allowed: readonly string[]) => filters.filter((name) => !allowed.includes(name));
  if (page !== undefined && after !== undefined) refuse('after', 'is sent instead of page, not with it');
  if ((near === undefined) !== (radius === undefined)) refuse('near', 'goes with radius, in metres');
  if (near !== undefined) {
    if (page !== undefined && page > 1) refuse('page', 'does not go with near; use after');
    if (sort !== undefined) refuse('sort', 'does not go with near, which lists the nearest first');
    for (const name of beyond(WITH_NEAR)) refuse(name, `does not go with near, only ${WITH_NEAR.join(', ')} do`);
    return;
  }
  if (q !== undefined && page !== undefined && page > 1) refuse('page', 'does not go with q; use after');
  if (following === true && page !== undefined && page > 1) refuse('page', 'does not go with following; use after');
  if (overdue === true) {
    if (q !== undefined) refuse('q', 'does not go with overdue=true, which lists in the order of deadlines');
    if (following === true) {
      refuse('following', 'does not go with overdue=true, which lists in the order of deadlines');
    }
    if (sort !== undefined && sort !== 'overdueAt') {
      refuse('sort', 'does not go with overdue=true, which lists in the order of deadlines');
    }
  } else if (!SORTED_BY_FILING.includes(sort)) {
    for (const name of beyond(WITH_OTHER_SORTS)) {
      refuse(name, `does not go with sort=${sort}, only ${WITH_OTHER_SORTS.join(', ')} do`);
    }
  }
}

/** False for a `q` that is a reference number with dashes and a wrong check digit. */
const hasNoWrongCheckDigit = (q: string) => !/\p{Pd}/u.test(q) || readReference(q)?.isRight !== false;

function refusePointsWith(list: ListFields, refuse: Refuse): void {
  if (list.bbox === undefined) refuse('format', 'goes with bbox');
  for (const [name, value] of Object.entries(list)) {
    if (value === undefined || !NOT_WITH_POINTS.includes(name)) continue;
    refuse(name, 'does not go with format=geojson, which has neither pages nor an order');
  }
}

const complaintQuery = () =>
  z.strictObject({
    id: z.optional(ComplaintId).check(z.describe('One complaint with its timeline. Goes with no filter.')),
    reference: z.optional(Reference).check(z.describe('The same by its reference number. Goes with no filter.')),
    timelineAfter: z
      .optional(whole(0, MAX_NUMBER))
      .check(z.describe('With `id` or `reference`: entries of the timeline from here on.')),
    page: z.optional(whole(1, MAX_NUMBER)).check(z.describe('Which page, from 1.')),
    pageSize: z.optional(whole(1, 100)).check(z.describe('How many on a page; 20 when not sent.')),
    after: z
      .optional(z.string().check(z.maxLength(1_000)))
      .check(z.describe('The `next` of the page before; instead of `page`.')),
    username: z
      .optional(z.string())
      .check(z.describe('Only those of this reporter. An unknown or empty name is an empty list.')),
    mine: z
      .optional(z.boolean())
      .check(z.describe('true: your own complaints, anonymous and hidden ones too. Needs a TOKEN.')),
    following: z.optional(z.boolean()).check(z.describe('true: what you follow, by filing. Needs a TOKEN.')),
    status: z
      .optional(z.array(StatusName).check(z.minLength(1)))
      .check(z.describe('Only these statuses, separated by commas.')),
    category: z.optional(CategoryId),
    assignedTo: z.optional(Assignee).check(z.describe('For staff: a username, `me` or `none`.')),
    overdue: z.optional(z.boolean()).check(z.describe('true: only those past their time.')),
    hidden: z.optional(z.boolean()).check(z.describe('For staff: true, only hidden ones.')),
    q: z
      .optional(z.string().check(z.maxLength(200), z.refine(hasNoWrongCheckDigit, WRONG_CHECK_DIGIT)))
      .check(z.describe('Words in title and description, or a reference number.')),
    from: z
      .optional(startTime)
      .check(z.describe('Created at this ISO 8601 time or later. A date alone means its beginning in UTC.')),
    to: z
      .optional(endTime)
      .check(z.describe('Created before this ISO 8601 time. A date alone counts in full: until its end in UTC.')),
    near: z.optional(point).check(z.describe('latitude,longitude: only those around it; goes with `radius`.')),
    radius: z.optional(metres(1, 1_000_000)).check(z.describe('Metres around `near`, 1 to 1,000,000.')),
    bbox: z
      .optional(box)
      .check(z.describe('west,south,east,north in degrees: only what is in this box, its edges included.')),
    format: z
      .optional(z.enum(['geojson']))
      .check(z.describe('With `bbox`: a GeoJSON FeatureCollection of up to 1,000 points instead of a list.')),
    sort: z
      .optional(z.enum(SORTS))
      .check(
        z.describe(
          'The order; a minus puts the latest first. Internal changes move a complaint in the orders by `updatedAt`, too.',
        ),
      ),
  });

/** Refuses parameters that cannot be combined. */
function refuseConflicts(context: z.core.ParsePayload<z.output<ReturnType<typeof complaintQuery>>>): void {
  const { id, reference, timelineAfter, ...list } = context.value;
  const refuse: Refuse = (field, message) =>
    context.issues.push({ code: 'custom', input: field, path: [field], message, params: { field: 'conflicting' } });
  const asksForOne = id !== undefined || reference !== undefined;
  if (!asksForOne && timelineAfter !== undefined) refuse('timelineAfter', 'goes with id or reference only');
  if (id !== undefined && reference !== undefined) refuse('reference', 'is sent instead of id, not with it');
  if (asksForOne) {
    const others = Object.values(list).some((value) => value !== undefined);
    const field = id === undefined ? 'reference' : 'id';
    if (others) refuse(field, 'asks for one complaint and goes with no filter');
    return;
  }
  const { page: _page, pageSize: _size, after: _after, near: _near, radius: _radius, sort: _sort, ...filters } = list;
  if (list.format !== undefined) {
    refusePointsWith(list, refuse);
    return;
  }
  // mine=false and following=false do not filter.
  const sent = Object.entries(filters).filter(
    ([name, value]) => value !== undefined && (value || !['mine', 'following'].includes(name)),
  );
  refuseCombinations(
    list,
    sent.map(([name]) => name),
    refuse,
  );
}

/** GET /complain. `id` or `reference` selects one complaint; everything else filters and pages the list. */
export const ComplaintQuery = z.lazy(() => complaintQuery().check(refuseConflicts));

/** GET /complain/similar. */
export const SimilarQuery = z.lazy(() =>
  z
    .strictObject({
      latitude: z.optional(Latitude),
      longitude: z.optional(Longitude),
      q: z
        .optional(z.string().check(z.maxLength(200)))
        .check(z.describe('Words of the new complaint, such as its title; the first eight count.')),
      category: z.optional(CategoryId),
    })
    .check(
      bothCoordinates(),
      z.check((context) => {
        const { latitude, q } = context.value;
        if (latitude !== undefined || q !== undefined) return;
        const message = 'is required where no place is sent';
        context.issues.push({ code: 'custom', input: q, path: ['q'], message, params: { field: 'required' } });
      }),
    ),
);

export type ComplaintQuery = z.infer<typeof ComplaintQuery>;
export type NewComplaintForm = z.infer<typeof NewComplaintForm>;
export type ComplaintImagesJson = z.infer<typeof ComplaintImagesJson>;
export type NewComplaintJson = z.infer<typeof NewComplaintJson>;
