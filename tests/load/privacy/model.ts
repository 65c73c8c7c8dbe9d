import type { Status } from '#shared/domain/status.ts';
import { type Name, usernameOf } from './world.ts';

/** Who looks. The first three may learn nothing of what only staff may know; the reporter sees their own in full. */
export type Viewer = 'stranger' | Extract<Name, 'other' | 'reporter' | 'clerk'>;

/** An entry as the contract says the public sees it. */
export type PublicEntry = { role: 'user' | 'staff' | 'admin'; kind: string; note: string | null; status: Status };

/** What the contract says of a complaint that both worlds have. `who` is the same in both, or nobody's to know. */
export type Case = {
  label: string;
  who: Name | 'masked';
  isErased: boolean;
  anonymous: boolean;
  hidden: boolean;
  status: Status;
  category: string | null;
  word: string;
  isPlaced: boolean;
  /** Who follows it of those who look. */
  followers: Name[];
  entries: PublicEntry[];
};

const sees = (viewer: Viewer, one: Case) => viewer === 'clerk' || !one.hidden || one.who === viewer;

/** The complaints that this viewer may know of, the oldest first. */
export function knownTo(viewer: Viewer, cases: readonly Case[]): Case[] {
  return cases.filter((one) => sees(viewer, one));
}

/** The name that this viewer may read on it; undefined where the test does not say, since it is not the same in both worlds. */
export function nameShown(viewer: Viewer, one: Case): string | null | undefined {
  if (one.isErased) return null;
  if (viewer === 'clerk' && one.who === 'masked') return undefined;
  const isNamed = !one.anonymous || viewer === 'clerk' || one.who === viewer;
  return isNamed && one.who !== 'masked' ? usernameOf(one.who) : null;
}

/** Whether a list by this reporter finds it for this viewer. */
export function isFoundBy(viewer: Viewer, one: Case, name: Name): boolean {
  return one.who === name && !one.isErased && nameShown(viewer, one) !== null;
}
