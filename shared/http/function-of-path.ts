/**
 * The function that answers each path in the layout groups. The build fills this in from the routes (see
 * scripts/build/generated-modules.ts), so that a function does not bundle the routes of the others.
 */
export const functionOfPath: Readonly<Record<string, string>> = {};
