import { Refusal, shown } from '#shared/domain/problems.ts';

/** The entity tags that the client accepts; undefined for any version. */
export type IfMatch = ReadonlySet<string> | undefined;

/** Parses `If-Match`: a list of entity tags, or `*` for any version. */
export function parseIfMatch(header: string | undefined): IfMatch {
  if (header === undefined || header.trim() === '*') return undefined;
  return new Set(header.split(',').map((tag) => tag.trim()));
}

/** 412 with the present ETag unless the version matches. */
export function refuseStale(ifMatch: IfMatch, version: number): void {
  if (ifMatch === undefined || ifMatch.has(`"${version}"`)) return;
  const odd = [...ifMatch].find((tag) => !/^"\d+"$/.test(tag));
  const form = ` If-Match takes its ETag as it is, "${version}" with the quotes; ${shown(odd)} was sent.`;
  const detail = `The complaint is at version ${version} now. Read it again before you change it.${odd === undefined ? '' : form}`;
  throw new Refusal('version_mismatch', detail, { headers: { etag: `"${version}"` } });
}
