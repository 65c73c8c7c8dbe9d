import { createHash } from 'node:crypto';
import type { DocsConfig } from '#shared/config.ts';
import type { Page, Site } from '#shared/http/pages.ts';
import type { Embedded } from './built-page.ts';
import { pageHtml } from './page-html.ts';
import { type Part, pages } from './routes.ts';

const A_YEAR = 'public, max-age=31536000, immutable';
const CHECK_BACK = 'public, no-cache';

function fingerprint(content: string): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 22);
}

/** Allows only the page's own files, calls to the API's domains, and pictures of complaints. */
function contentPolicy({ apiOrigins, pictureOrigin }: DocsConfig): string {
  const connect = ["'self'", ...new Set(Object.values(apiOrigins))].join(' ');
  const pictures = pictureOrigin === undefined ? '' : ` ${pictureOrigin}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    `img-src 'self' data: blob:${pictures}`,
    "font-src 'self' data:",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** `servedBy`: the id of the function that answers every path, in the layout `compact`. */
type SiteOptions = { servedBy?: string };

/**
 * Adds the server and the function of each path to the document. The server is the page's own origin if the function
 * has no known domain.
 */
function withServers({ document }: Embedded, { apiOrigins }: DocsConfig, { servedBy }: SiteOptions): unknown {
  const paths = Object.entries(document.paths).map(([path, item]) => {
    const functionId = servedBy ?? String(item['x-appwrite-function']);
    const url = apiOrigins[functionId] ?? '/';
    const servers = [{ url, description: `The function ${functionId}` }];
    return [path, { servers, ...item, 'x-appwrite-function': functionId }];
  });
  return { ...document, paths: Object.fromEntries(paths) };
}

/** The pages, ready to be sent. */
export function buildSite(embedded: Embedded, config: DocsConfig, options: SiteOptions = {}): Site {
  const { script, library, style } = embedded;
  const contents: Record<Part, string> = {
    script,
    library,
    style,
    page: pageHtml({ script: fingerprint(script), library: fingerprint(library), style: fingerprint(style) }),
    document: JSON.stringify(withServers(embedded, config, options)),
  };
  const policy = contentPolicy(config);
  const shown = pages.map(({ method, path, part, type }): Page => {
    const body = contents[part];
    const cache = part === 'page' || part === 'document' ? CHECK_BACK : A_YEAR;
    const guard: Record<string, string> =
      part === 'page' ? { 'content-security-policy': policy, 'referrer-policy': 'no-referrer' } : {};
    const headers = { 'content-type': type, 'cache-control': cache, etag: `"${fingerprint(body)}"`, ...guard };
    return { method, path, body, headers };
  });
  const known = Object.keys(embedded.document.paths);
  return { pages: shown, known, corsOrigins: config.corsOrigins, apiOrigins: config.apiOrigins };
}
