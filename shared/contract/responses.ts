import * as z from 'zod/mini';
import { LANGUAGES, NOTIFY, ROLES } from '#shared/domain/account.ts';
import { CHANGED_FIELDS, ENTRY_KINDS, OUTCOMES } from '#shared/domain/complaint.ts';
import { FIELD_CODES, PROBLEMS, type ProblemCode } from '#shared/domain/problems.ts';
import { STATUSES } from '#shared/domain/status.ts';

/**
 * The strict schemas of all answers. The tests check each answer against them, and the OpenAPI document uses the names
 * exported here. Functions only reference them in `docs`, so `z.lazy` builds them when the document is generated.
 */

const maybe = <T extends z.ZodMiniType>(type: T) => z.nullable(type);
const says = (description: string) => z.describe(description);
const Time = z.iso.datetime();
const Count = z.int().check(z.gte(0));
const created = Time.check(says('When it was created.'));
const updated = Time.check(says('When it was last changed.'));

const MINE = 'Only you and admins get it.';

export const Profile = z.lazy(() =>
  z.strictObject({
    username: z.string().check(says('In lower case.')),
    name: z.string().check(says('The name that others see.')),
    phone: maybe(z.string()).check(says('The phone number in E.164, such as +491701234567.')),
    role: z
      .enum(ROLES)
      .check(says('`user` files complaints, `staff` works on them, `admin` also gives roles and deletes.')),
    email: z.optional(maybe(z.string())).check(says(`The e-mail address. ${MINE}`)),
    emailConfirmed: z
      .optional(z.boolean())
      .check(says(`Whether the address was confirmed by the link that is mailed to it. ${MINE}`)),
    emailPending: z
      .optional(maybe(z.string()))
      .check(says(`The address that replaces the present one once it is confirmed. ${MINE}`)),
    language: z.optional(z.enum(LANGUAGES)).check(says(`The language of mails. ${MINE}`)),
    notify: z.optional(z.enum(NOTIFY)).check(says(`What the person is mailed about. ${MINE}`)),
    createdAt: created,
    updatedAt: updated,
  }),
);

export const LoginReply = z.lazy(() =>
  z.strictObject({
    TOKEN: z.string().check(says('The token, for the header TOKEN.')),
    expiresAt: Time.check(says('When the token ends by itself.')),
    user: Profile.check(says('The account that logged in.')),
  }),
);

export const ProfileList = z.lazy(() =>
  z.strictObject({
    items: z.array(Profile).check(says('The accounts of this page, at most 100.')),
    next: maybe(z.string()).check(says('Pass it as `after` for the next page; null at the end.')),
  }),
);

export const Accepted = z.lazy(() => z.strictObject({}));

export const Image = z.lazy(() =>
  z.strictObject({
    id: z.string().check(says('The id of the stored file.')),
    url: z.url().check(says('The picture, readable by this URL alone.')),
    previewUrl: z
      .url()
      .check(
        says(
          'A smaller version for lists: scaled to a width of 320 pixels and then turned upright. The same as `url` where Appwrite cannot make a right one: for mirrored pictures, PNG and WebP pictures with an orientation, very wide and very narrow ones.',
        ),
      ),
    width: z.int().check(z.gte(1), says('Pixels across, as it is shown.')),
    height: z.int().check(z.gte(1), says('Pixels down, as it is shown.')),
    type: z.enum(['image/jpeg', 'image/png', 'image/webp']).check(says('The media type.')),
    bytes: z.int().check(z.gte(1), says('The size of the stored file.')),
  }),
);

const complaint = () => ({
  id: z.string().check(z.regex(/^[a-z0-9]{20}$/), says('Twenty characters a-z and 0-9, given by the service.')),
  reference: maybe(z.string()).check(
    says(
      'The number that people quote: year, number within the year, check digit. Complaints that you may not see have numbers too, so there are gaps. null only for what was added in the console.',
    ),
  ),
  title: z.string().check(says('What it is about.')),
  description: z.string().check(says('What is wrong.')),
  category: maybe(z.string()).check(says('An id of GET /complain/categories.')),
  location: maybe(z.string()).check(says('Where it is, in words.')),
  latitude: maybe(z.number()).check(says('Degrees north.')),
  longitude: maybe(z.number()).check(says('Degrees east.')),
  anonymous: z.boolean().check(says('true: the public does not see who filed it.')),
  username: maybe(z.string()).check(
    says('The reporter; null when the complaint is anonymous to you, or the account was erased.'),
  ),
  status: z.enum(STATUSES).check(says('Where the work stands.')),
  progress: z.int().check(z.gte(0), z.lte(100), says('Per cent; 0 while created, 100 when resolved.')),
  assignedTo: maybe(z.string()).check(says('The staff member who works on it; only staff and admins see it.')),
  acknowledgeBy: maybe(Time).check(says('When somebody should have acted on it, by its category.')),
  overdueAt: maybe(Time).check(says('When it should be resolved, by its category.')),
  outcome: maybe(z.enum(OUTCOMES)).check(says('How it ended; null until then, and when staff did not say.')),
  duplicateOf: maybe(z.string()).check(
    says('The id of the complaint that this is a duplicate of; null when it is none, or you may not see that one.'),
  ),
  followers: Count.check(says('How many people follow it, besides its reporter.')),
  following: z.exactOptional(z.boolean()).check(says('Whether you follow it; only when a TOKEN was sent.')),
  rating: maybe(
    z.strictObject({
      score: z.int().check(z.gte(1), z.lte(5), says('1 (bad) to 5 (good).')),
      comment: maybe(z.string()).check(says('What the reporter says; for staff, admins and the reporter.')),
      at: maybe(Time).check(says('When it was rated.')),
    }),
  ).check(says("The reporter's rating of how it was handled.")),
  contact: maybe(
    z.strictObject({
      name: maybe(z.string()).check(says('The name.')),
      phone: maybe(z.string()).check(says('The phone number in E.164.')),
      email: maybe(z.string()).check(says('The e-mail address.')),
    }),
  ).check(says('Who called, where staff filed for a caller; only staff and admins see it.')),
  hidden: z
    .boolean()
    .check(
      says(
        'true: only staff, admins and the reporter can see it. Hiding ends the picture URLs that were public: at once by the API, with the next run of `maintenance` in the console.',
      ),
    ),
  images: z.array(Image).check(z.maxLength(12), says('Its pictures, in the order sent.')),
  version: z
    .int()
    .check(
      z.gte(1),
      says(
        'Starts at 1 and rises by one with each change; also the ETag. Internal changes count too, so it may rise without a new entry that you may see.',
      ),
    ),
  createdAt: created,
  updatedAt: Time.check(says('When it was last changed, by an internal change too: it may move without a new entry.')),
});

export const Complaint = z.lazy(() => z.strictObject(complaint()));

const move = () =>
  z.strictObject({
    assignedTo: z.optional(maybe(z.string())).check(says('The staff member; null for nobody.')),
    category: z.optional(maybe(z.string())).check(says('The category; null for none.')),
  });

export const Entry = z.lazy(() =>
  z.strictObject({
    at: Time.check(says('When it happened.')),
    by: maybe(z.string()).check(says('Who did it; for staff, admins and oneself.')),
    role: z
      .enum([...ROLES, 'system'])
      .check(
        says(
          'The role of who did it; `system` when nobody did. The reporter of an anonymous complaint looks like a `user`.',
        ),
      ),
    kind: z
      .enum(ENTRY_KINDS)
      .check(says('What happened. `assignment` and `visibility` are seen by staff and admins only.')),
    status: z.enum(STATUSES).check(says('The status after it.')),
    progress: z.int().check(z.gte(0), z.lte(100), says('The progress after it.')),
    note: maybe(z.string()).check(says('A remark that everybody can read.')),
    internal: z.boolean().check(says('true: an entry only staff and admins see.')),
    internalNote: maybe(z.string()).check(says('A remark that only staff and admins can read.')),
    images: maybe(z.array(Image)).check(says('The pictures that an entry of kind `images` added; else null.')),
    changed: z.array(z.enum(CHANGED_FIELDS)).check(says('What the entry changed, as far as you may see it.')),
    from: maybe(move()).check(says('Assignee and category before it, those that it changed; for staff and admins.')),
    to: maybe(move()).check(says('Assignee and category after it, those that it changed; for staff and admins.')),
    reason: maybe(z.string()).check(says('Why staff corrected it; for staff, admins and the reporter.')),
    before: maybe(
      z.strictObject({
        title: z.string().check(says('The title before.')),
        description: z.string().check(says('The description before.')),
      }),
    ).check(says('The text that staff replaced; only admins see it.')),
  }),
);

export const ComplaintDetail = z.lazy(() =>
  z.strictObject({
    ...complaint(),
    timeline: z.array(Entry).check(says('What happened, oldest first.')),
    timelineNext: maybe(Count).check(says('Pass it as `timelineAfter` for the next entries; null at the end.')),
  }),
);

export const ComplaintList = z.lazy(() =>
  z.strictObject({
    items: z
      .array(
        z.strictObject({
          ...complaint(),
          distance: z.optional(Count).check(says('Metres from `near`; only in such a list.')),
        }),
      )
      .check(says('The complaints of this page.')),
    page: maybe(z.int().check(z.gte(1))).check(says('Counts from 1; null when paged by `after`.')),
    pageSize: z.int().check(z.gte(1), z.lte(100), says('The most entries on a page.')),
    total: maybe(Count).check(says('How many there are in all; null with `near`, `q` or `after`.')),
    totalIsExact: z.boolean().check(says('false: there are at least this many.')),
    totalPages: maybe(Count).check(says('How many pages that makes; null with `total`.')),
    next: maybe(z.string()).check(says('Pass it as `after` for the next page; null at the end.')),
  }),
);

export const ComplaintPoints = z.lazy(() =>
  z.strictObject({
    type: z.literal('FeatureCollection').check(says('As RFC 7946 calls it.')),
    features: z
      .array(
        z.strictObject({
          type: z.literal('Feature').check(says('As RFC 7946 calls it.')),
          geometry: z
            .strictObject({
              type: z.literal('Point').check(says('As RFC 7946 calls it.')),
              coordinates: z.array(z.number()).check(z.length(2), says('Longitude and latitude in degrees.')),
            })
            .check(says('Where it is.')),
          properties: z
            .strictObject({
              id: z.string().check(says('The complaint.')),
              reference: maybe(z.string()).check(says('Its number for people.')),
              title: z.string().check(says('What it is about.')),
              status: z.enum(STATUSES).check(says('Where the work stands.')),
              category: maybe(z.string()).check(says('An id of GET /complain/categories.')),
            })
            .check(says('What a map shows of it.')),
        }),
      )
      .check(z.maxLength(1_000), says('The complaints in the box.')),
    truncated: z.boolean().check(says('true: there are more, which are not shown.')),
  }),
);

export const SimilarList = z.lazy(() =>
  z.strictObject({
    items: z
      .array(
        z.strictObject({
          ...complaint(),
          distance: maybe(Count).check(says('Metres from the place asked for; null when none was sent.')),
        }),
      )
      .check(z.maxLength(5), says('Complaints that a new one may be a duplicate of.')),
  }),
);

export const Following = z.lazy(() =>
  z.strictObject({
    id: z.string().check(says('The complaint.')),
    following: z.boolean().check(says('Whether you follow it now.')),
    followers: Count.check(says('How many people follow it.')),
  }),
);

export const AccountExport = z.lazy(() =>
  z.strictObject({
    account: Profile.check(says('The account.')),
    complaints: z
      .array(
        z.strictObject({
          ...complaint(),
          entries: z.array(Entry).check(says('What you have written in its timeline, oldest first.')),
        }),
      )
      .check(says('The complaints you have filed, newest first, anonymous and hidden ones too; at most 20 on a page.')),
    follows: z
      .array(
        z.strictObject({
          id: z.string().check(says('The complaint that you follow.')),
          since: Time.check(says('Since when.')),
        }),
      )
      .check(says('The complaints you follow; at most 100 on a page.')),
    next: maybe(z.string()).check(says('Pass it as `after` for the next page; null at the end.')),
  }),
);

export const Deleted = z.lazy(() =>
  z.strictObject({
    id: z.string().check(says('The complaint that was deleted.')),
    deleted: z.literal(true).check(says('Always true.')),
  }),
);

export const CategoryList = z.lazy(() =>
  z.strictObject({
    items: z
      .array(
        z.strictObject({
          id: z.string().check(says('What is sent as `category`.')),
          name: z.string().check(says('The name that people read.')),
          hoursToAcknowledge: maybe(Count).check(
            says('Working hours within which such a complaint should be acknowledged; null: no such deadline.'),
          ),
          daysUntilOverdue: maybe(Count).check(says('Working days until such a complaint is overdue; null: never.')),
        }),
      )
      .check(says('The categories, by name.')),
  }),
);

const spans = () => ({
  medianSecondsToAcknowledge: maybe(Count).check(says('Half were acknowledged within this time; null: none was.')),
  medianSecondsToResolve: maybe(Count).check(says('Half were resolved within this time; null: none was.')),
});

export const Figures = z.lazy(() =>
  z.strictObject({
    total: Count.check(says('How many complaints there are in all.')),
    byStatus: z
      .array(
        z.strictObject({
          status: z.enum(STATUSES).check(says('The status.')),
          count: Count.check(says('How many have it.')),
        }),
      )
      .check(says('How many stand where.')),
    byCategory: z
      .array(
        z.strictObject({
          category: z.string().check(says('The id of the category.')),
          name: z.string().check(says('Its name.')),
          count: Count.check(says('How many are of it.')),
        }),
      )
      .check(says('How many there are of each category.')),
    withoutCategory: Count.check(says('How many have no category.')),
    ...spans(),
    months: z
      .array(
        z.strictObject({
          month: z.string().check(z.regex(/^\d{4}-\d\d$/), says('Year and month, such as 2026-11.')),
          filed: Count.check(says('How many were filed in it.')),
          acknowledged: Count.check(says('How many of those were acknowledged.')),
          resolved: Count.check(says('How many of those were resolved.')),
          ...spans(),
          shareWithinDeadline: maybe(z.number().check(z.minimum(0), z.maximum(1))).check(
            says(
              'The share that ended within its deadline, of those with a deadline that ended or passed it; null: there are none.',
            ),
          ),
          reopened: Count.check(says('How many of those were reopened at least once.')),
          meanRating: maybe(z.number().check(z.minimum(1), z.maximum(5))).check(
            says('The mean of their ratings, 1 to 5; null: none was rated.'),
          ),
        }),
      )
      .check(says('The figures of the latest months.')),
    measuredAt: maybe(Time).check(
      says(
        'When the months and medians were measured, at most some ten minutes ago while something changes; null: never yet. Counts by status and category are those of this moment.',
      ),
    ),
  }),
);

// Object.keys returns string[]; the keys of PROBLEMS are the closed list.
const codes = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

export const ChangeResults = z.lazy(() =>
  z.strictObject({
    results: z
      .array(
        z.strictObject({
          id: z.string().check(says('The complaint.')),
          ok: z.boolean().check(says('Whether it is now as was asked.')),
          status: z.int().check(says('The HTTP status with which PUT /complain would have answered.')),
          code: z.optional(z.enum(codes)).check(says('Why it was refused; not there when `ok`.')),
        }),
      )
      .check(says('A result for each complaint, in the order sent.')),
  }),
);

export const Problem = z.lazy(() =>
  z.strictObject({
    type: z.string().check(says('A URN that names the code.')),
    title: z.string().check(says('What the code means, the same for each code.')),
    status: z.int().check(says('The HTTP status, again.')),
    detail: z.string().check(says('What went wrong this time, and what would be right.')),
    instance: z.string().check(says('Names the request. The id in it is also in X-Request-Id and in the logs.')),
    code: z.enum(codes).check(says('What went wrong, from a closed list: what a program looks at.')),
    errors: z
      .array(
        z.strictObject({
          field: z.string().check(says('The field, with dots for what is inside.')),
          code: z.enum(FIELD_CODES).check(says('What is wrong with it, from a closed list.')),
          message: z.string().check(says('What would be right and what was sent; goes behind the name of the field.')),
        }),
      )
      .check(says('What is wrong with each field, ten at most.')),
    allowed: z.optional(z.array(z.enum(STATUSES))).check(says('The statuses that would have been possible.')),
  }),
);

export type Profile = z.infer<typeof Profile>;
export type Complaint = z.infer<typeof Complaint>;
export type ComplaintDetail = z.infer<typeof ComplaintDetail>;
export type ComplaintList = z.infer<typeof ComplaintList>;
export type Figures = z.infer<typeof Figures>;
export type AccountExport = z.infer<typeof AccountExport>;
export type Problem = z.infer<typeof Problem>;
