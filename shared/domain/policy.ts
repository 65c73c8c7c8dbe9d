import type { Actor } from './account.ts';
import type { Status } from './status.ts';

/** What may be done to a complaint. `edit` is the text, `work` what only the desk does. */
export const COMPLAINT_ACTIONS = ['read', 'readInternal', 'readReporter', 'reply', 'edit', 'work', 'delete'] as const;
export type ComplaintAction = (typeof COMPLAINT_ACTIONS)[number];

/** What may be done to an account. */
export const ACCOUNT_ACTIONS = ['read', 'listStaff', 'change', 'reset', 'erase', 'setRole'] as const;
export type AccountAction = (typeof ACCOUNT_ACTIONS)[number];

export type Viewer = Actor | undefined;
export type ComplaintFacts = {
  reporterId: string;
  status: Status;
  touched: boolean;
  hidden: boolean;
  anonymous: boolean;
};

/** Staff and admins: the people who work on complaints. */
export function isDesk(viewer: Viewer): boolean {
  return viewer !== undefined && viewer.role !== 'user';
}

/** The whole policy for complaints; pure and exhaustive. The status table decides transitions on top of it. */
export function mayOnComplaint(viewer: Viewer, action: ComplaintAction, complaint: ComplaintFacts): boolean {
  const desk = isDesk(viewer);
  const mine = viewer !== undefined && viewer.id === complaint.reporterId;
  switch (action) {
    case 'read':
      return desk || mine || !complaint.hidden;
    case 'readReporter':
      return desk || mine || !complaint.anonymous;
    case 'readInternal':
    case 'work':
      return desk;
    case 'reply':
      return desk || mine;
    case 'edit':
      return mine && complaint.status === 'created' && !complaint.touched;
    case 'delete':
      return viewer?.role === 'admin' || (mine && complaint.status === 'created');
  }
}

/** The whole policy for accounts, by the name of the account; pure and exhaustive. */
export function mayOnAccount(viewer: Actor, action: AccountAction, username: string): boolean {
  const self = viewer.username === username;
  switch (action) {
    case 'read':
      return self || isDesk(viewer);
    case 'listStaff':
      return isDesk(viewer);
    case 'change':
      return self;
    case 'reset':
      return viewer.role === 'admin' && !self;
    case 'erase':
      return self || viewer.role === 'admin';
    case 'setRole':
      return viewer.role === 'admin' && !self;
  }
}
