/** The sort orders of lists; a minus puts the latest first. */
export const SORTS = ['-createdAt', 'createdAt', '-updatedAt', 'updatedAt', 'overdueAt'] as const;
export type Sort = (typeof SORTS)[number];

/** How a complaint ended. */
export const OUTCOMES = ['fixed', 'not_found', 'not_responsible', 'duplicate', 'other'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The kinds of timeline entries. */
export const ENTRY_KINDS = [
  'created',
  'status',
  'progress',
  'note',
  'edit',
  'assignment',
  'visibility',
  'images',
  'rating',
  'escalation',
] as const;

/** The fields that a timeline entry can name as changed. */
export const CHANGED_FIELDS = [
  'status',
  'progress',
  'assignedTo',
  'hidden',
  'title',
  'description',
  'location',
  'category',
  'latitude',
  'longitude',
  'anonymous',
  'outcome',
  'duplicateOf',
  'rating',
  'images',
] as const;
