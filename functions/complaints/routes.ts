import { addImages } from './add-images.ts';
import { changeComplaints } from './bulk.ts';
import { changeComplaint } from './change.ts';
import { createComplaint } from './create.ts';
import { deleteComplaint } from './delete.ts';
import { followComplaint, unfollowComplaint } from './follow.ts';
import { getCategories } from './get-categories.ts';
import { getStats } from './get-stats.ts';
import { rateComplaint } from './rate.ts';
import { readComplaints } from './read.ts';
import { findSimilar } from './similar.ts';

export const routes = [
  readComplaints,
  findSimilar,
  getCategories,
  getStats,
  createComplaint,
  changeComplaint,
  rateComplaint,
  changeComplaints,
  addImages,
  followComplaint,
  unfollowComplaint,
  deleteComplaint,
];
