import { Refusal, shown } from '#shared/domain/problems.ts';

/** The versions a client is willing to change; undefined when it did not say. */
export type IfMatch = ReadonlySet<string> | undefined;

/** Reads `If-Match`: a list of entity tags, or `*` for any version. */
export function parseIfMatch(header: string | undefined): IfMatch {
  if (header === undefined || header.trim() === '*') return undefined;
  return new Set(header.split(',').map((tag) => tag.trim()));
}

/** 412 when the complaint is not at a version the client knows; nothing is changed then. */
export function refuseStale(ifMatch: IfMatch, version: number): void {
  if (ifMatch === undefined || ifMatch.has(`"${version}"`)) return;
  const odd = [...ifMatch].find((tag) => !/^"\d+"$/.test(tag));
  const form = ` If-Match takes its ETag as it is, "${version}" with the quotes; ${shown(odd)} was sent.`;
  const detail = `The complaint is at version ${version} now. Read it again before you change it.${odd === undefined ? '' : form}`;
  throw new Refusal('version_mismatch', detail, { headers: { etag: `"${version}"` } });
}
