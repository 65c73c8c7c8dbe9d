import { addingStories } from './adding.ts';
import { deliveryStories } from './deliveries.ts';
import { filingStories } from './filing.ts';
import { linkStories } from './links.ts';
import { maintainingStories } from './maintaining.ts';
import { removalStories } from './removal.ts';
import type { Story } from './stories.ts';
import { timeStories } from './time-steps.ts';

/** Every story of the crash matrix. */
export const ALL_STORIES: readonly Story[] = [
  ...filingStories,
  ...addingStories,
  ...removalStories,
  ...maintainingStories,
  ...timeStories,
  ...deliveryStories,
  ...linkStories,
];
