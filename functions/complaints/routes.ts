import { changeComplaint } from './change.ts';
import { createComplaint } from './create.ts';
import { deleteComplaint } from './delete.ts';
import { followComplaint, unfollowComplaint } from './follow.ts';
import { getCategories } from './get-categories.ts';
import { getStats } from './get-stats.ts';
import { readComplaints } from './read.ts';

export const routes = [
  readComplaints,
  getCategories,
  getStats,
  createComplaint,
  changeComplaint,
  followComplaint,
  unfollowComplaint,
  deleteComplaint,
];
