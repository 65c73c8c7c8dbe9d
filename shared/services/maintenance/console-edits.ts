import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import { listCategories, type StoredComplaint, systemEntry } from '#shared/appwrite/complaints.ts';
import { type CheckedComplaint, hasTimeline } from '#shared/appwrite/reconciliation.ts';
import { nextReferenceNumber } from '#shared/appwrite/reference-counter.ts';
import type { Category } from '#shared/appwrite/rows.ts';
import { countedAs, countedBefore, tallyOperations } from '#shared/appwrite/tallies.ts';
import { commitRecount, matchesTotals } from '#shared/appwrite/total-repair.ts';
import { update, type Work } from '#shared/appwrite/transaction.ts';
import { replaceWords, textMarkOf } from '#shared/appwrite/words.ts';
import type { StorageDeps } from '#shared/compose.ts';
import type { MaintenanceConfig } from '#shared/config.ts';
import { escalationOf } from '#shared/domain/categories.ts';
import { cellOfPlace } from '#shared/domain/cells.ts';
import { DAY, HOUR } from '#shared/domain/clock.ts';
import { type CaseTimes, MAX_LEVELS, stepTime, timesAfter } from '#shared/domain/deadlines.ts';
import { randomId } from '#shared/domain/ids.ts';
import { referenceOf, yearIn } from '#shared/domain/reference.ts';
import { ENDED, progressAfter, type Status } from '#shared/domain/status.ts';
import { deadlinesFor } from '#shared/domain/working-time.ts';
import { defaultAssignee } from '../complaints/assignee-and-category.ts';
import { type Patch, statusPatch } from '../complaints/plan-change.ts';

/** The settings for deadlines, contacts and reference numbers. */
export type CaseSettings = Pick<MaintenanceConfig, 'calendar' | 'contactDays'>;

type Ended = Pick<CaseTimes, 'status' | 'resolvedAt' | 'closedAt' | 'overdueAt' | 'minutesLeft'> & {
  acknowledgedAt: string | null;
};

/**
 * The status that the other columns of a row belong to. It differs from `status` only after an edit in the console,
 * since the API writes both in one commit.
 */
function statusBefore(row: Ended): Status {
  const { status, acknowledgedAt, resolvedAt, closedAt, overdueAt, minutesLeft } = row;
  const ended = closedAt !== null ? 'closed' : resolvedAt !== null ? 'resolved' : undefined;
  if (status === 'created') return ended ?? (acknowledgedAt === null ? status : 'in_progress');
  if (!ENDED.includes(status)) {
    if (ended) return ended;
    if (status === 'on_hold' && overdueAt !== null) return 'in_progress';
    if (status !== 'on_hold' && minutesLeft !== null) return 'on_hold';
    return acknowledgedAt === null ? 'created' : status;
  }
  const own = status === 'resolved' ? resolvedAt : closedAt;
  if (own !== null) return status;
  return ended ?? (acknowledgedAt === null ? 'created' : 'in_progress');
}

const progressOf = (before: Status, { status, progress }: { status: Status; progress: number }) =>
  progressAfter({ from: before, to: status }, progress, progress === 100 ? undefined : progress);

type Row = CheckedComplaint | (CheckedComplaint & StoredComplaint);

const isNewCategory = (row: Row) => row.categoryKey !== listColumns(row.$id, row).categoryKey;
const isListedRight = (row: Row) =>
  Object.entries(listColumns(row.$id, row)).every(([column, value]) => row[column as keyof Row] === value);

/** When the contact of a caller is removed; null without a contact or before the complaint has ended. */
function contactEnd(row: Row, { contactDays }: CaseSettings): string | null {
  if (row.contact === null || !ENDED.includes(row.status)) return null;
  if (row.contactUntil !== null) return row.contactUntil;
  return new Date(Date.parse(row.$updatedAt) + contactDays * DAY).toISOString();
}

/**
 * Whether a step would be taken too late. A time that is too early is fine, since the run that finds it corrects it.
 * One hour of delay is allowed, the backoff of a failed step.
 */
function isTooLate(stepAt: string | null, due: string | null, now: Date): boolean {
  if (due === null) return false;
  return stepAt === null || Date.parse(stepAt) > Math.max(Date.parse(due), now.getTime() + HOUR);
}

/** Whether any column of a row differs from what the API would have written. */
function isEdited(row: CheckedComplaint, settings: CaseSettings): boolean {
  const before = statusBefore(row);
  return (
    !matchesTotals(row) ||
    row.reference === null ||
    row.textMark !== textMarkOf(row) ||
    before !== row.status ||
    progressOf(before, row) !== row.progress ||
    !isListedRight(row) ||
    row.cell !== cellOfPlace(row) ||
    row.contactUntil !== contactEnd(row, settings)
  );
}

/** The other columns that an edited status or category changes. */
function editPatch(
  row: CheckedComplaint & StoredComplaint,
  settings: CaseSettings,
  terms: { category: Category | undefined; assignee: string | null },
): Patch {
  const now = new Date(row.$updatedAt);
  const was = { ...row, status: statusBefore(row) };
  const moved = was.status === row.status ? {} : statusPatch({ complaint: was, now, config: settings }, row.status);
  const unseen = row.status === 'created' ? { acknowledgedAt: null, secondsToAcknowledge: null } : {};
  const isNew = isNewCategory(row);
  const keepsAssignee = row.assignedKey !== listColumns(row.$id, row).assignedKey;
  const after = { ...row, ...moved, ...unseen };
  const deadlines = isNew ? deadlinesFor(terms.category, new Date(row.filedAt), settings.calendar) : undefined;
  return {
    ...moved,
    ...(row.acknowledgedAt === null ? {} : unseen),
    ...(isNew && !keepsAssignee ? { assignedTo: terms.assignee } : {}),
    ...timesAfter({ before: was, after, deadlines, now }, settings.calendar),
    progress: progressOf(was.status, row),
  };
}

/**
 * Completes complaints that were edited or added in the console: dates, deadlines, next step, reference number, search
 * words, sort keys, end of a contact, totals. It raises no version and adds no timeline entry, except the first one if
 * a complaint has none.
 */
export class ConsoleEdits {
  readonly #deps: StorageDeps;
  readonly #settings: CaseSettings;
  #categories: Promise<Map<string, Category>> | undefined;

  constructor(deps: StorageDeps, settings: CaseSettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  /** Corrects a complaint and returns whether it did. If the row changes meanwhile, the next run checks it again. */
  completeEdit = async (checked: CheckedComplaint): Promise<boolean> => {
    const { store } = this.#deps;
    if (!isEdited(checked, this.#settings)) return false;
    // Reads both parts again, since the check of the pictures may have written the row.
    const [[part], full] = await Promise.all([
      store.checked.findMany([checked.$id]),
      store.complaints.find(checked.$id),
    ]);
    if (!part || !full || full.$updatedAt !== part.$updatedAt) return false;
    const row = { ...part, ...full };
    const patch = await this.#patchFor(row);
    const columns = Object.entries({ ...patch, counted: countedAs({ ...row, ...patch }) });
    const changed = Object.fromEntries(columns.filter(([name, value]) => value !== row[name as keyof typeof row]));
    if (Object.keys(changed).length === 0) return false;
    const hasOtherWork = 'counted' in changed || 'textMark' in changed;
    if (!hasOtherWork) return (await store.complaints.replace(row, changed)) !== undefined;
    return this.#commit(row, changed);
  };

  #category(id: string | null): Promise<Category | undefined> {
    if (id === null) return Promise.resolve(undefined);
    this.#categories ??= listCategories(this.#deps.store).then((rows) => new Map(rows.map((one) => [one.$id, one])));
    return this.#categories.then((known) => known.get(id));
  }

  async #patchFor(row: CheckedComplaint & StoredComplaint) {
    const { calendar } = this.#settings;
    const category = await this.#category(row.category);
    const assignee = isNewCategory(row) ? await defaultAssignee(this.#deps, category) : null;
    const edit = editPatch(row, this.#settings, { category, assignee });
    const reference = row.reference ?? (await this.#drawReference(new Date(row.filedAt)));
    const after = { ...row, ...edit, reference };
    const levels = category ? Math.min(MAX_LEVELS, escalationOf(category.escalateTo).length) : 0;
    const due = stepTime(after, calendar, levels);
    return {
      ...edit,
      reference,
      textMark: textMarkOf(after),
      cell: cellOfPlace(after),
      contactUntil: contactEnd(after, this.#settings),
      stepAt: isTooLate(row.stepAt, due, this.#deps.clock.now()) ? due : row.stepAt,
      ...listColumns(row.$id, after),
    };
  }

  async #drawReference(filedAt: Date): Promise<string> {
    const year = yearIn(this.#settings.calendar.timeZone, filedAt);
    return referenceOf(year, await nextReferenceNumber(this.#deps, year));
  }

  async #commit(row: CheckedComplaint & StoredComplaint, changed: Record<string, unknown>): Promise<boolean> {
    const { gateway, store } = this.#deps;
    const id = row.$id;
    const after = { ...row, ...changed };
    const isAdded = row.counted === null && !(await hasTimeline(gateway, id));
    const { status, progress } = after;
    const entry = { complaintId: id, number: row.version, kind: 'created', status, progress } as const;
    const work: Work = {
      operations: [
        update('complaints', id, changed),
        ...('textMark' in changed ? replaceWords(id, after) : []),
        ...(isAdded ? [systemEntry(randomId(), entry)] : []),
        ...tallyOperations(countedBefore(row), after),
      ],
      wasCommitted: async () => (await store.checked.find(id))?.$updatedAt !== row.$updatedAt,
      stillHolds: async () => (await store.visibilities.find(id))?.$updatedAt === row.$updatedAt,
    };
    return commitRecount(this.#deps, work);
  }
}
