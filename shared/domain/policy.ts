import type { Actor, Role } from './account.ts';
import { ENDED, type Status } from './status.ts';

/**
 * `readInternal`: assignee, internal entries and notes, caller's contact. `readReporter`: name and role. `readRemarks`:
 * rating comment, reasons of corrections. `readBefore`: text before a correction. `edit`: the reporter's own text.
 * `addImages`: after the filing. `mask`: turn `anonymous` on. `work`: what only staff and admins do.
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
 * `readContact`: the e-mail address and the mail settings. `listUsers`: accounts of every role, by role or name.
 * `change`: one's own settings. `reset`: name, phone and password of another account.
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

/** `stranger`: a request without a token. */
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

/**
 * The whole policy: who may do what to which account or complaint in which state. The status table restricts
 * transitions further.
 */
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

/** The policy for a stored complaint. */
export function mayOnComplaint(viewer: Viewer, action: ComplaintAction, complaint: ComplaintFacts): boolean {
  const relation = viewer !== undefined && viewer.id === complaint.reporterId ? 'reporter' : 'other';
  return allows({ on: 'complaint', role: viewer?.role ?? 'stranger', relation, action, state: complaint });
}

/**
 * The most restricted complaint: another person's, hidden and anonymous. A right on it is a right on every complaint.
 */
const MOST_RESTRICTED: ComplaintFacts = {
  status: 'created',
  touched: true,
  hidden: true,
  anonymous: true,
  reporterId: '',
};

/**
 * Whether a change by this person counts as staff having acted. The reporter can no longer edit the text after that.
 */
export function hasActed(actor: Actor, { reporterId }: Pick<ComplaintFacts, 'reporterId'>): boolean {
  return actor.role !== 'user' && actor.id !== reporterId;
}

/** Whether the viewer may do this to every complaint; needs no complaint to be read. */
function mayOnEvery(viewer: Viewer, action: 'read' | 'readInternal' | 'readReporter'): boolean {
  return mayOnComplaint(viewer, action, MOST_RESTRICTED);
}

/** The complaints that a viewer can find: all of them, or the visible ones and their own. */
export type ReadScope = { desk: true } | { desk: false; userId: string | undefined };

/** The policy's `read` as a condition of a list. */
export function readScopeOf(viewer: Viewer): ReadScope {
  if (mayOnEvery(viewer, 'read')) return { desk: true };
  const own = viewer !== undefined && mayOnComplaint(viewer, 'read', { ...MOST_RESTRICTED, reporterId: viewer.id });
  return { desk: false, userId: own ? viewer.id : undefined };
}

/** Whether a list by reporter includes the anonymous complaints of this username (the policy's `readReporter`). */
export function findsAnonymousOf(viewer: Viewer, username: string): boolean {
  if (mayOnEvery(viewer, 'readReporter')) return true;
  if (viewer?.username !== username) return false;
  return mayOnComplaint(viewer, 'readReporter', { ...MOST_RESTRICTED, reporterId: viewer.id });
}

/** Whether the viewer is staff or an admin. */
export function isDesk(viewer: Viewer): boolean {
  return mayOnEvery(viewer, 'readInternal');
}

/** The policy for an account by its username. The account need not exist. */
export function mayOnAccount(viewer: Actor, action: AccountAction, username: string): boolean {
  const relation = viewer.username === username ? 'self' : 'other';
  return allows({ on: 'account', role: viewer.role, relation, action, state: 'ordinary' });
}
