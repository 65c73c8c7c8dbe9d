/** What the page shows. The build fills it in (see scripts/build/generated-modules.ts). */
export type Embedded = {
  document: Record<string, unknown> & { paths: Record<string, Record<string, unknown>> };
  script: string;
  /** The library that shows the document, without which mails' links work. */
  library: string;
  style: string;
};

export const embedded: Embedded = { document: { paths: {} }, script: '', library: '', style: '' };
