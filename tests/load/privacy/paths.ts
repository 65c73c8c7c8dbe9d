import { HIDDEN_WORD, PLACE } from './history.ts';
import { type Case, isFoundBy, type Viewer } from './model.ts';
import { usernameOf } from './world.ts';

/** A list, and which of the complaints that a viewer knows of it contains. */
export type List = {
  query: string;
  holds: (one: Case, viewer: Viewer) => boolean;
  /** `any` for lists by the last change, whose order internal changes affect. */
  order?: 'newest' | 'oldest' | 'any';
  /** Needs a token. */
  isOwn?: boolean;
};

const all = () => true;
const { latitude, longitude } = PLACE;

/** Every filter and sort of GET /complain, alone and combined. New ones of the API are added here. */
export const LISTS: readonly List[] = [
  { query: 'pageSize=100', holds: all },
  { query: 'pageSize=100&sort=createdAt', holds: all, order: 'oldest' },
  { query: 'pageSize=100&sort=-updatedAt', holds: all, order: 'any' },
  // Outside working hours deadlines are equal, and then their order is undefined.
  { query: 'pageSize=100&sort=overdueAt', holds: all, order: 'any' },
  { query: 'pageSize=100&status=created', holds: ({ status }) => status === 'created' },
  { query: 'pageSize=100&status=acknowledged,resolved', holds: ({ status }) => status === 'acknowledged' },
  { query: 'pageSize=100&category=roads', holds: ({ category }) => category === 'roads' },
  {
    query: 'pageSize=100&category=waste&status=created',
    holds: ({ category, status }) => category === 'waste' && status === 'created',
  },
  { query: 'pageSize=100&overdue=false&status=created', holds: ({ status }) => status === 'created' },
  { query: 'pageSize=100&overdue=true', holds: () => false },
  { query: 'pageSize=100&from=2020-01-01', holds: all },
  { query: 'pageSize=100&to=2020-01-01', holds: () => false },
  { query: `pageSize=100&near=${latitude},${longitude}&radius=500`, holds: ({ isPlaced }) => isPlaced, order: 'any' },
  { query: 'pageSize=100&bbox=16,48,17,49', holds: ({ isPlaced }) => isPlaced },
  { query: 'pageSize=100&q=zeppelin', holds: ({ word }) => word === 'zeppelin' },
  { query: 'pageSize=100&q=week%20haystack', holds: ({ word }) => word === 'haystack' },
  { query: `pageSize=100&q=${HIDDEN_WORD}`, holds: () => false },
  // Hidden complaints alone would fill these pages.
  { query: `pageSize=1&q=${HIDDEN_WORD}`, holds: () => false },
  { query: `pageSize=1&sort=createdAt&q=${HIDDEN_WORD}`, holds: () => false, order: 'oldest' },
  { query: `pageSize=1&near=${latitude},${longitude}&radius=500&q=${HIDDEN_WORD}`, holds: () => false },
  {
    query: 'pageSize=100&following=true',
    holds: ({ followers }, viewer) => followers.some((name) => name === viewer),
    isOwn: true,
  },
  { query: 'pageSize=100&mine=true', holds: ({ who }, viewer) => who === viewer, isOwn: true },
  ...(
    ['other', 'reporter', 'neighbour', 'leaver1', 'mask1', 'mask2', 'ghost', 'clerk', 'scribe', 'chief'] as const
  ).map(
    (name): List => ({
      query: `pageSize=100&username=${usernameOf(name)}`,
      holds: (one, viewer) => isFoundBy(viewer, one, name),
    }),
  ),
];

/** Lists that are paged by cursor to the end. */
export const PAGED_LISTS: readonly List[] = [
  { query: 'pageSize=2', holds: all },
  { query: 'pageSize=3&sort=createdAt', holds: all, order: 'oldest' },
  { query: 'pageSize=2&status=created', holds: ({ status }) => status === 'created' },
];

/** Requests whose answers are only compared between the worlds. */
export const OTHER_PATHS: readonly string[] = [
  '/complain?page=2&pageSize=2',
  '/complain?page=50&pageSize=2',
  '/complain?pageSize=1',
  '/complain?assignedTo=me',
  `/complain?assignedTo=${usernameOf('clerk')}`,
  '/complain?status=nonsense',
  '/complain?after=nonsense',
  '/complain?category=nonsense',
  '/complain?category=none&pageSize=100',
  '/complain?hidden=true',
  '/complain?following=true',
  '/complain?bbox=16,48,17,49',
  '/complain?bbox=16,48,17,49&format=geojson',
  `/complain?bbox=16,48,17,49&format=geojson&q=${HIDDEN_WORD}`,
  `/complain/similar?latitude=${latitude}&longitude=${longitude}`,
  `/complain/similar?q=${HIDDEN_WORD}`,
  `/complain/similar?q=${HIDDEN_WORD}&latitude=${latitude}&longitude=${longitude}`,
  `/complain?bbox=16,48,17,49&q=${HIDDEN_WORD}`,
  '/complain/categories',
  '/complain/stats',
  `/user?username=${usernameOf('ghost')}`,
  `/user?username=${usernameOf('leaver1')}`,
  '/user?role=staff',
  '/user/export',
];
