import type { Actor } from '#shared/domain/account.ts';
import { TOWN } from './sample-rows.ts';

/** A list of the API. */
export type List = {
  what: string;
  query: string;
  viewer?: Actor;
  /** The second page by its cursor, not the first one. */
  isNext?: true;
  /** No index covers all of its conditions, so it may read as many rows as the contract allows: 2,000. */
  isSearched?: true;
};

const person: Actor = { id: 'u7', username: 'reporter7', role: 'user' };
const desk: Actor = { id: 's', username: 'staff7', role: 'staff' };
const near = `near=${TOWN.latitude},${TOWN.longitude}`;
/** The middle of the three years. */
const MIDDLE = '2025-05-01';

/** Every kind of list of the API; `rare` is a word of one complaint only. */
export function listsOf(rare: string): List[] {
  return [
    { what: 'page 1', query: '' },
    { what: 'page 2 by its cursor', query: '', isNext: true },
    { what: 'from the middle', query: `to=${MIDDLE}` },
    { what: 'the next page from the middle', query: `to=${MIDDLE}`, isNext: true },
    { what: 'page 1 of a person', query: '', viewer: person },
    { what: 'page 1 of the desk', query: '', viewer: desk },
    { what: 'oldest first', query: 'sort=createdAt' },
    { what: 'one status', query: 'status=on_hold' },
    { what: 'two statuses', query: 'status=created,on_hold' },
    { what: 'two statuses, from the middle', query: `status=created,on_hold&to=${MIDDLE}` },
    { what: 'the most frequent status', query: 'status=closed' },
    { what: 'the same, from the middle', query: `status=closed&to=${MIDDLE}` },
    { what: 'the same, next page', query: `status=closed&to=${MIDDLE}`, isNext: true },
    { what: 'the same, oldest first', query: `status=closed&from=${MIDDLE}&sort=createdAt` },
    { what: 'two statuses, desk', query: 'status=created,on_hold', viewer: desk },
    { what: 'category', query: 'category=other' },
    { what: 'the largest category, middle', query: `category=roads&to=${MIDDLE}` },
    { what: 'category, desk', query: 'category=other', viewer: desk },
    { what: 'category and status', query: 'category=other&status=on_hold' },
    { what: 'category and status, desk', query: 'category=other&status=on_hold', viewer: desk },
    { what: 'without category', query: 'category=none' },
    { what: 'username', query: 'username=reporter9' },
    { what: 'username, desk', query: 'username=reporter9', viewer: desk },
    { what: 'username and category', query: 'username=reporter9&category=roads', isSearched: true },
    { what: 'mine', query: 'mine=true', viewer: person },
    { what: 'mine, a status', query: 'mine=true&status=closed', viewer: person, isSearched: true },
    { what: 'assigned to me', query: 'assignedTo=me', viewer: desk },
    { what: 'assigned to me, open', query: 'assignedTo=me&status=acknowledged,in_progress', viewer: desk },
    {
      what: 'assigned to me, by deadline',
      query: 'assignedTo=me&status=acknowledged,in_progress&sort=overdueAt',
      viewer: desk,
    },
    { what: 'assigned to me, by change', query: 'assignedTo=me&sort=-updatedAt', viewer: desk },
    { what: 'assigned to nobody', query: 'assignedTo=none', viewer: desk },
    { what: 'assigned to nobody, created', query: 'assignedTo=none&status=created', viewer: desk },
    { what: 'hidden', query: 'hidden=true', viewer: desk },
    { what: 'hidden, a status', query: 'hidden=true&status=closed', viewer: desk, isSearched: true },
    { what: 'overdue', query: 'overdue=true' },
    { what: 'overdue, desk', query: 'overdue=true', viewer: desk },
    { what: 'not overdue', query: 'overdue=false', isSearched: true },
    { what: 'overdue of a category', query: 'overdue=true&category=other', isSearched: true },
    { what: 'by change', query: 'sort=-updatedAt' },
    { what: 'by change of a person', query: 'sort=-updatedAt', viewer: person },
    { what: 'by change, desk', query: 'sort=-updatedAt', viewer: desk },
    { what: 'by change, the oldest', query: 'sort=updatedAt' },
    { what: 'by change, two statuses', query: 'sort=-updatedAt&status=created,on_hold' },
    { what: 'by deadline', query: 'sort=overdueAt' },
    { what: 'by deadline, two statuses', query: 'sort=overdueAt&status=created,on_hold', viewer: desk },
    { what: 'near, 300 m', query: `${near}&radius=300` },
    { what: 'near, 20 km', query: `${near}&radius=20000` },
    { what: 'near, 20 km, page 2', query: `${near}&radius=20000`, isNext: true },
    { what: 'near, 20 km, desk', query: `${near}&radius=20000`, viewer: desk },
    { what: 'near, 20 km, a category', query: `${near}&radius=20000&category=other`, isSearched: true },
    { what: 'near, 20 km, a word', query: `${near}&radius=20000&q=playground`, isSearched: true },
    { what: 'a rare word', query: `q=${rare}` },
    { what: 'a word in a tenth', query: 'q=playground' },
    { what: 'a word in all', query: 'q=please' },
    { what: 'a word in all, from the middle', query: `q=please&to=${MIDDLE}` },
    { what: 'two words together', query: 'q=playground+leaking' },
    { what: 'a common and a rare word', query: `q=please+${rare}` },
    { what: 'a word and a street', query: 'q=playground+street7', isSearched: true },
    { what: 'a word of a person', query: 'q=playground', viewer: person },
    { what: 'a word in a status', query: 'q=playground&status=on_hold', isSearched: true },
  ];
}
