/** What the page shows. The build fills it in (see scripts/build/generated-modules.ts). */
export type Embedded = {
  document: Record<string, unknown> & { paths: Record<string, Record<string, unknown>> };
  script: string;
  /** Swagger UI, which shows the document. The pages that links in mails open do without it. */
  library: string;
  style: string;
};

export const embedded: Embedded = { document: { paths: {} }, script: '', library: '', style: '' };
