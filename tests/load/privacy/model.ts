import type { Status } from '#shared/domain/status.ts';
import { type Name, usernameOf } from './world.ts';

/** The first three may learn nothing that only staff may know; the reporter sees their own complaints in full. */
export type Viewer = 'stranger' | Extract<Name, 'other' | 'reporter' | 'clerk'>;

/** An entry as the public sees it by the contract. */
export type PublicEntry = { role: 'user' | 'staff' | 'admin'; kind: string; note: string | null; status: Status };

/** A complaint of both worlds, as the contract describes it. `who` is equal in both, or unknown to the viewers. */
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
  /** The viewers who follow it. */
  followers: Name[];
  entries: PublicEntry[];
};

const sees = (viewer: Viewer, one: Case) => viewer === 'clerk' || !one.hidden || one.who === viewer;

/** The complaints that this viewer may know of, the oldest first. */
export function knownTo(viewer: Viewer, cases: readonly Case[]): Case[] {
  return cases.filter((one) => sees(viewer, one));
}

/** The reporter's name that this viewer may read; undefined when the worlds have different ones. */
export function nameShown(viewer: Viewer, one: Case): string | null | undefined {
  if (one.isErased) return null;
  if (viewer === 'clerk' && one.who === 'masked') return undefined;
  const isNamed = !one.anonymous || viewer === 'clerk' || one.who === viewer;
  return isNamed && one.who !== 'masked' ? usernameOf(one.who) : null;
}

/** Whether a list of this reporter's complaints contains it for this viewer. */
export function isFoundBy(viewer: Viewer, one: Case, name: Name): boolean {
  return one.who === name && !one.isErased && nameShown(viewer, one) !== null;
}
