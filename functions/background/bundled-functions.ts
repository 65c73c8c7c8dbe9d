import type { BackgroundFunction } from '#shared/http/background.ts';

/**
 * The functions in `background`. The build fills in every function of appwrite.json that clients may not call (see
 * scripts/build/generated-modules.ts).
 */
export const members: readonly BackgroundFunction[] = [];
