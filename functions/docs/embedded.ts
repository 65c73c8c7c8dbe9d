/** What the build puts into the bundle (see scripts/build/docs-plugin.ts); here there is nothing of it yet. */
export type Embedded = {
  document: Record<string, unknown> & { paths: Record<string, Record<string, unknown>> };
  script: string;
  style: string;
};

export const embedded: Embedded = { document: { paths: {} }, script: '', style: '' };
