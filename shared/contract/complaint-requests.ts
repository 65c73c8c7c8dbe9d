import * as z from 'zod/mini';
import { SORTS } from '#shared/appwrite/complaint-queries.ts';
import { MAX_IMAGES } from '#shared/domain/ids.ts';
import {
  BooleanText,
  CategoryId,
  ComplaintId,
  Description,
  EndText,
  Latitude,
  Location,
  Longitude,
  Note,
  NumberText,
  Progress,
  StatusName,
  TimeText,
  Title,
  WholeText,
} from './fields.ts';

const maybe = <T extends z.ZodMiniType>(type: T) => z.optional(z.nullable(type));
type Place = { latitude?: number | null | undefined; longitude?: number | null | undefined };

/** Half a place is none. */
function wholePlace<T extends Place>() {
  return z.check<T>((context) => {
    const { latitude, longitude } = context.value;
    if (((latitude ?? null) === null) === ((longitude ?? null) === null)) return;
    const path = [(latitude ?? null) === null ? 'latitude' : 'longitude'];
    const message = 'is required when the other coordinate is sent';
    context.issues.push({ code: 'custom', input: context.value, path, message, params: { field: 'required' } });
  });
}

/** POST /complain as JSON. */
export const NewComplaintJson = z
  .strictObject({
    title: Title,
    description: Description,
    category: maybe(CategoryId),
    location: maybe(Location),
    latitude: maybe(Latitude),
    longitude: maybe(Longitude),
    anonymous: maybe(z.boolean()),
    images: maybe(z.array(z.string()).check(z.maxLength(MAX_IMAGES))),
  })
  .check(wholePlace());

const inRange = (type: z.ZodMiniType<number, number>) => z.optional(z.pipe(NumberText, type));

/** The text fields of POST /complain as multipart/form-data. */
export const NewComplaintForm = z
  .strictObject({
    title: Title,
    description: Description,
    category: z.optional(CategoryId),
    location: z.optional(Location),
    latitude: inRange(Latitude),
    longitude: inRange(Longitude),
    anonymous: z.optional(BooleanText),
  })
  .check(wholePlace());

export const IMAGE_FIELDS = ['image1', 'image2', 'image3'] as const;

const CHANGES = [
  'status',
  'progress',
  'note',
  'internalNote',
  'assignedTo',
  'hidden',
  'title',
  'description',
  'location',
  'category',
] as const;

/** PUT /complain. */
export const ComplaintChange = z
  .strictObject({
    id: ComplaintId,
    status: z.optional(StatusName),
    progress: z.optional(Progress),
    note: z.optional(Note),
    internalNote: z.optional(Note),
    assignedTo: maybe(z.string().check(z.minLength(1), z.maxLength(32), z.toLowerCase())),
    hidden: z.optional(z.boolean()),
    title: z.optional(Title),
    description: z.optional(Description),
    location: maybe(Location),
    category: maybe(CategoryId),
  })
  .check((context) => {
    const body: Record<string, unknown> = context.value;
    if (CHANGES.some((field) => body[field] !== undefined)) return;
    const message = `must hold, besides id, at least one of: ${CHANGES.join(', ')}`;
    context.issues.push({ code: 'custom', input: body, message, params: { field: 'required' } });
  });

/** POST /complain/delete. */
export const ComplaintDeletion = z.strictObject({ id: ComplaintId });

/** A comma list of statuses; repeated ones count once. */
const StatusList = z.pipe(
  z.string(),
  z.transform((list) => [...new Set(list.split(','))]),
);

const JSON_NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?`;
const POINT = new RegExp(`^(${JSON_NUMBER}),(${JSON_NUMBER})$`);

const Near = z.pipe(
  z.string().check(
    z.maxLength(100),
    z.refine((value) => {
      const [, latitude, longitude] = POINT.exec(value) ?? [];
      return Math.abs(Number(latitude)) <= 90 && Math.abs(Number(longitude)) <= 180;
    }, 'must be latitude,longitude such as 52.52,13.405'),
  ),
  z.transform((value) => {
    const [latitude = 0, longitude = 0] = value.split(',').map(Number);
    return { latitude, longitude };
  }),
);

const SORTED_BY_FILING: readonly (string | undefined)[] = [undefined, 'createdAt', '-createdAt'];
/** What sorts other than by filing combine with, and what `near` combines with, besides paging. */
const WITH_OTHER_SORTS = ['status', 'assignedTo'];
const WITH_NEAR = ['status', 'category', 'q'];

type ListFields = {
  page?: number | undefined;
  after?: string | undefined;
  sort?: string | undefined;
  overdue?: boolean | undefined;
  q?: string | undefined;
  near?: unknown;
  radius?: number | undefined;
};
type Refuse = (field: string, message: string) => void;

/** Refuses what no index gives in order. `filters` are the names of the filters that were sent. */
function refuseCombinations(
  { page, after, sort, overdue, q, near, radius }: ListFields,
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
  if (overdue === true) {
    if (q !== undefined) refuse('q', 'does not go with overdue=true, which lists in the order of deadlines');
    if (sort !== undefined && sort !== 'overdueAt') {
      refuse('sort', 'does not go with overdue=true, which lists in the order of deadlines');
    }
  } else if (!SORTED_BY_FILING.includes(sort)) {
    for (const name of beyond(WITH_OTHER_SORTS)) {
      refuse(name, `does not go with sort=${sort}, only ${WITH_OTHER_SORTS.join(', ')} do`);
    }
  }
}

/** GET /complain: `id` asks for one complaint, everything else filters and pages the list. */
export const ComplaintQuery = z
  .strictObject({
    id: z.optional(ComplaintId),
    timelineAfter: z.optional(WholeText),
    page: z.optional(z.pipe(WholeText, z.number().check(z.gte(1)))),
    pageSize: z.optional(z.pipe(WholeText, z.number().check(z.gte(1), z.lte(100)))),
    after: z.optional(z.string().check(z.maxLength(1_000))),
    username: z.optional(z.string()),
    mine: z.optional(BooleanText),
    status: z.optional(z.pipe(StatusList, z.array(StatusName).check(z.minLength(1)))),
    category: z.optional(CategoryId),
    assignedTo: z.optional(z.string().check(z.minLength(1), z.maxLength(32), z.toLowerCase())),
    overdue: z.optional(BooleanText),
    hidden: z.optional(BooleanText),
    q: z.optional(z.string().check(z.maxLength(200))),
    from: z.optional(TimeText),
    to: z.optional(EndText),
    near: z.optional(Near),
    radius: z.optional(z.pipe(WholeText, z.number().check(z.gte(1), z.lte(1_000_000)))),
    sort: z.optional(z.enum(SORTS)),
  })
  .check((context) => {
    const { id, timelineAfter, ...list } = context.value;
    const refuse: Refuse = (field, message) =>
      context.issues.push({ code: 'custom', input: field, path: [field], message, params: { field: 'conflicting' } });
    if (id === undefined && timelineAfter !== undefined) refuse('timelineAfter', 'goes with id only');
    if (id !== undefined) {
      const others = Object.values(list).some((value) => value !== undefined);
      if (others) refuse('id', 'asks for one complaint and goes with no filter');
      return;
    }
    const { page: _page, pageSize: _size, after: _after, near: _near, radius: _radius, sort: _sort, ...filters } = list;
    // mine=false asks for nothing.
    const sent = Object.entries(filters).filter(([name, value]) => value !== undefined && !(name === 'mine' && !value));
    refuseCombinations(
      list,
      sent.map(([name]) => name),
      refuse,
    );
  });

export type ComplaintQuery = z.infer<typeof ComplaintQuery>;
export type NewComplaintJson = z.infer<typeof NewComplaintJson>;
