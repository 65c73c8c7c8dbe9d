import type { Actor, Role } from './account.ts';
import { ENDED, type Status } from './status.ts';

/**
 * What may be done to a complaint. `readInternal`: assignee, internal entries and notes, contact of a caller.
 * `readReporter`: the reporter's name and role. `readRemarks`: the comment of a rating, the reasons of corrections.
 * `readBefore`: the text before a correction. `edit`: the text. `addImages`: pictures after it was filed. `mask`: turn `anonymous` on. `work`: what only staff and
 * admins do, corrections included.
 */
export const COMPLAINT_ACTIONS = [
  'read',
  'readInternal',
  'readReporter',
  'readRemarks',
  'readBefore',
  'reply',
  'edit',
  'addImages',
  'mask',
  'rate',
  'work',
  'delete',
] as const;
export type ComplaintAction = (typeof COMPLAINT_ACTIONS)[number];

/**
 * What may be done to an account. `readContact`: its e-mail address and what it is mailed about. `listUsers`: everybody,
 * by role or name. `change` is all that one sets for oneself; `reset` name, phone and password of somebody else.
 */
export const ACCOUNT_ACTIONS = [
  'read',
  'readContact',
  'listStaff',
  'listUsers',
  'change',
  'reset',
  'erase',
  'setRole',
] as const;
export type AccountAction = (typeof ACCOUNT_ACTIONS)[number];

export const ACCOUNT_STATES = ['ordinary', 'last_admin'] as const;
export type AccountState = (typeof ACCOUNT_STATES)[number];

export type ComplaintState = { status: Status; touched: boolean; hidden: boolean; anonymous: boolean };

/** A stranger has no valid token. */
type Standing = Role | 'stranger';
export type AccountCase = {
  role: Standing;
  relation: 'self' | 'other';
  action: AccountAction;
  state: AccountState;
};
export type ComplaintCase = {
  role: Standing;
  relation: 'reporter' | 'other';
  action: ComplaintAction;
  state: ComplaintState;
};
export type Case = ({ on: 'account' } & AccountCase) | ({ on: 'complaint' } & ComplaintCase);

export type Viewer = Actor | undefined;
export type ComplaintFacts = ComplaintState & { reporterId: string };

/** The whole policy: who may do what to which account or complaint in which state. The status table decides transitions on top of it. */
export function allows(asked: Case): boolean {
  return asked.on === 'account' ? allowsOnAccount(asked) : allowsOnComplaint(asked);
}

function allowsOnAccount({ role, relation, action, state }: AccountCase): boolean {
  if (role === 'stranger') return false;
  const self = relation === 'self';
  const admin = role === 'admin';
  switch (action) {
    case 'read':
      return self || role !== 'user';
    case 'readContact':
      return self || admin;
    case 'listStaff':
      return role !== 'user';
    case 'listUsers':
      return admin;
    case 'change':
      return self;
    case 'reset':
      return admin && !self;
    case 'erase':
      return (self || admin) && state !== 'last_admin';
    case 'setRole':
      return admin && !self && state !== 'last_admin';
  }
}

function allowsOnComplaint({ role, relation, action, state }: ComplaintCase): boolean {
  const desk = role === 'staff' || role === 'admin';
  const mine = relation === 'reporter';
  switch (action) {
    case 'read':
      return desk || mine || !state.hidden;
    case 'readReporter':
      return desk || mine || !state.anonymous;
    case 'readInternal':
    case 'work':
      return desk;
    case 'readRemarks':
    case 'reply':
      return desk || mine;
    case 'readBefore':
      return role === 'admin';
    case 'mask':
    case 'rate':
      return mine;
    case 'edit':
      return mine && state.status === 'created' && !state.touched;
    case 'addImages':
      return desk || (mine && !ENDED.includes(state.status));
    case 'delete':
      return role === 'admin' || (mine && state.status === 'created');
  }
}

/** The policy for a complaint as it is stored. */
export function mayOnComplaint(viewer: Viewer, action: ComplaintAction, complaint: ComplaintFacts): boolean {
  const relation = viewer !== undefined && viewer.id === complaint.reporterId ? 'reporter' : 'other';
  return allows({ on: 'complaint', role: viewer?.role ?? 'stranger', relation, action, state: complaint });
}

/** The most restricted complaint: somebody else's, hidden and anonymous. What one may do to it one may do to all. */
const SECRET: ComplaintFacts = { status: 'created', touched: true, hidden: true, anonymous: true, reporterId: '' };

/** Whether a change by this person counts as staff having acted, after which the reporter can edit the text no more. */
export function hasActed(actor: Actor, { reporterId }: Pick<ComplaintFacts, 'reporterId'>): boolean {
  return actor.role !== 'user' && actor.id !== reporterId;
}

/** The policy for complaints at large, before any is read: true when the viewer may do it to every one of them. */
function mayOnEvery(viewer: Viewer, action: 'read' | 'readInternal' | 'readReporter'): boolean {
  return mayOnComplaint(viewer, action, SECRET);
}

/** Which complaints a viewer can find: all of them, or those that are not hidden and their own. */
export type Sight = { desk: true } | { desk: false; userId: string | undefined };

/** The policy's `read` as a condition of a list. */
export function sightOf(viewer: Viewer): Sight {
  if (mayOnEvery(viewer, 'read')) return { desk: true };
  const own = viewer !== undefined && mayOnComplaint(viewer, 'read', { ...SECRET, reporterId: viewer.id });
  return { desk: false, userId: own ? viewer.id : undefined };
}

/** The policy's `readReporter` as a condition of a list by reporter: whether it may find the anonymous ones of this name. */
export function findsAnonymousOf(viewer: Viewer, username: string): boolean {
  if (mayOnEvery(viewer, 'readReporter')) return true;
  if (viewer?.username !== username) return false;
  return mayOnComplaint(viewer, 'readReporter', { ...SECRET, reporterId: viewer.id });
}

/** Staff and admins: the people who work on complaints. */
export function isDesk(viewer: Viewer): boolean {
  return mayOnEvery(viewer, 'readInternal');
}

/** The policy for an account by its name, before it is known whether the account exists. */
export function mayOnAccount(viewer: Actor, action: AccountAction, username: string): boolean {
  const relation = viewer.username === username ? 'self' : 'other';
  return allows({ on: 'account', role: viewer.role, relation, action, state: 'ordinary' });
}
