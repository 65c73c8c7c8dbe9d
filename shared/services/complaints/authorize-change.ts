import type { StoredComplaint } from '#shared/appwrite/complaints.ts';
import type { Config } from '#shared/config.ts';
import type { Actor } from '#shared/domain/account.ts';
import { DAY } from '#shared/domain/clock.ts';
import { mayOnComplaint } from '#shared/domain/policy.ts';
import { invalidField, Refusal } from '#shared/domain/problems.ts';
import { checkTransition, ENDED, nextStatuses, progressConflict, RATING_DAYS } from '#shared/domain/status.ts';
import { type ChangeInput, CORRECTED_FIELDS, DESK_FIELDS, TEXT_FIELDS } from './change-input.ts';

export type ChangeRequest = {
  actor: Actor;
  complaint: StoredComplaint;
  input: ChangeInput;
  now: Date;
  config: Pick<Config, 'contactDays' | 'calendar'>;
};

function askerOf({ actor, complaint, now }: ChangeRequest) {
  // A complaint that was resolved in the console has no date of resolution.
  const resolved = Date.parse(complaint.resolvedAt ?? complaint.$updatedAt);
  return {
    role: actor.role,
    isReporter: actor.id === complaint.reporterId,
    daysSinceResolved: (now.getTime() - resolved) / DAY,
  };
}

const sent = (input: ChangeInput, fields: readonly (keyof ChangeInput)[]) =>
  fields.filter((field) => input[field] !== undefined);

/** 403 for changes that this person may not make. */
export function refuseUnauthorized(request: ChangeRequest): void {
  const { actor, complaint, input } = request;
  if (input.duplicateOf !== undefined && !mayOnComplaint(actor, 'work', complaint)) {
    throw new Refusal('forbidden', 'Only staff may mark a complaint as a duplicate.');
  }
  const deskOnly = sent(input, DESK_FIELDS);
  // Progress sent with a transition is part of it; the status table decides.
  const moves = input.status !== undefined && input.status !== complaint.status;
  const needsDesk = moves ? deskOnly.filter((field) => field !== 'progress') : deskOnly;
  if (needsDesk.length > 0 && !mayOnComplaint(actor, 'work', complaint)) {
    throw new Refusal('forbidden', `Only staff may change ${needsDesk.join(', ')}.`);
  }
  const text = sent(input, TEXT_FIELDS);
  if (text.length > 0 && !mayOnComplaint(actor, 'edit', complaint) && !mayOnComplaint(actor, 'work', complaint)) {
    const detail = `Only staff may change ${text.join(', ')}, and the reporter until somebody has acted on the complaint.`;
    throw new Refusal('forbidden', detail);
  }
  if (input.anonymous !== undefined && !mayOnComplaint(actor, 'mask', complaint)) {
    throw new Refusal('forbidden', 'Only the reporter may make a complaint anonymous.');
  }
  if (input.rating !== undefined && !mayOnComplaint(actor, 'rate', complaint)) {
    throw new Refusal('forbidden', 'Only the reporter may rate a complaint.');
  }
  if (input.note !== undefined && !mayOnComplaint(actor, 'reply', complaint)) {
    throw new Refusal('forbidden', 'Only the reporter and staff may add a note.');
  }
  if (input.status === undefined) return;
  if (input.status === complaint.status) {
    if (!mayOnComplaint(actor, 'reply', complaint)) throw new Refusal('forbidden', 'Only staff may set the status.');
    return;
  }
  const step = { from: complaint.status, to: input.status };
  if (checkTransition(step, askerOf(request), true) === 'forbidden') {
    const yours = nextStatuses(step.from, askerOf(request)).join(', ') || 'none';
    const detail = `You may not move this complaint from ${step.from} to ${step.to}. Statuses that you may set now: ${yours}.`;
    throw new Refusal('forbidden', detail);
  }
}

/** Whether staff corrects the complaint, as opposed to the reporter's own edit before staff has acted. */
export function isCorrection({ actor, complaint, input }: ChangeRequest): boolean {
  return sent(input, CORRECTED_FIELDS).length > 0 && !mayOnComplaint(actor, 'edit', complaint);
}

function refuseUnexplained(request: ChangeRequest): void {
  const { input } = request;
  const rewritten = sent(input, ['title', 'description']);
  if (rewritten.length > 0 && input.reason === undefined && isCorrection(request)) {
    throw invalidField('reason', 'required', `is required to correct ${rewritten.join(' and ')}`);
  }
  if (input.reason !== undefined && sent(input, CORRECTED_FIELDS).length === 0) {
    throw invalidField('reason', 'conflicting', `goes with a correction of ${CORRECTED_FIELDS.join(', ')}`);
  }
}

/** 409 for a complaint that is not resolved or closed, or that ended more than 60 days ago. */
function refuseRating({ complaint, now }: ChangeRequest): void {
  const { status, resolvedAt, closedAt, $updatedAt } = complaint;
  if (status !== 'resolved' && status !== 'closed') {
    throw new Refusal('not_ratable', `A complaint can be rated once it is resolved or closed; this one is ${status}.`);
  }
  // A complaint that ended in the console has no date.
  const ended = Date.parse((status === 'closed' ? closedAt : resolvedAt) ?? $updatedAt);
  if (now.getTime() - ended <= RATING_DAYS * DAY) return;
  throw new Refusal('not_ratable', `A complaint can be rated for ${RATING_DAYS} days after it was resolved or closed.`);
}

/**
 * 409 for an illegal transition or a rating that is not possible now; 422 for a missing note or reason, and for fields
 * that contradict the status.
 */
export function refuseImpossible(request: ChangeRequest): void {
  const { complaint, input } = request;
  if (input.rating !== undefined) refuseRating(request);
  refuseUnexplained(request);
  if (input.anonymous === false && complaint.anonymous) {
    throw invalidField('anonymous', 'conflicting', 'must stay true: a complaint that is anonymous stays so');
  }
  const step = { from: complaint.status, to: input.status ?? complaint.status };
  if (step.from !== step.to) {
    const verdict = checkTransition(
      step,
      askerOf(request),
      input.note !== undefined || input.duplicateOf !== undefined,
    );
    if (verdict === 'illegal') throw illegal(request, step.to);
    if (verdict === 'needs_note') {
      throw invalidField('note', 'required', `is required to move a complaint from ${step.from} to ${step.to}`);
    }
  }
  if ((input.outcome ?? null) !== null && !ENDED.includes(step.to)) {
    throw invalidField('outcome', 'conflicting', `goes with the status ${ENDED.join(', ')}, not with ${step.to}`);
  }
  if (input.progress === undefined) return;
  const conflict = progressConflict(step, complaint.progress, input.progress);
  if (conflict) throw invalidField('progress', 'conflicting', conflict);
}

function illegal(request: ChangeRequest, to: string): Refusal {
  const { status } = request.complaint;
  const allowed = nextStatuses(status, askerOf(request));
  const detail = `A complaint that is ${status} cannot become ${to}. Allowed now: ${allowed.join(', ') || 'none'}.`;
  return new Refusal('illegal_transition', detail, { allowed });
}
