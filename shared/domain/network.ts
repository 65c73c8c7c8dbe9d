/** Stands for every caller whose address is missing or unreadable: they share one limit, and nobody knows it. */
export const NO_ADDRESS = 'unknown';
