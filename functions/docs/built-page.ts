/** The embedded files of the page. The build fills them in (see scripts/build/generated-modules.ts). */
export type Embedded = {
  document: Record<string, unknown> & { paths: Record<string, Record<string, unknown>> };
  script: string;
  /** Swagger UI. Pages that open links of mails do not load it. */
  library: string;
  style: string;
};

export const embedded: Embedded = { document: { paths: {} }, script: '', library: '', style: '' };
