import { createHash } from 'node:crypto';
import type { DocsConfig } from '#shared/config.ts';
import type { Page, Site } from '#shared/http/pages.ts';
import type { Embedded } from './embedded.ts';
import { pageHtml } from './page-html.ts';
import { type Part, pages } from './routes.ts';

const A_YEAR = 'public, max-age=31536000, immutable';
const CHECK_BACK = 'public, no-cache';

function fingerprint(content: string): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 22);
}

/** Only this page's own files, calls to the API's own domains, and pictures of complaints. */
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

/** The document with the server of each path: the domain of its function where that is known, else this very origin. */
function withServers({ document }: Embedded, { apiOrigins }: DocsConfig): unknown {
  const paths = Object.entries(document.paths).map(([path, item]) => {
    const functionId = String(item['x-appwrite-function']);
    const url = apiOrigins[functionId] ?? '/';
    return [path, { servers: [{ url, description: `The function ${functionId}` }], ...item }];
  });
  return { ...document, paths: Object.fromEntries(paths) };
}

/** Everything the docs function shows, ready to be sent. */
export function buildSite(embedded: Embedded, config: DocsConfig): Site {
  const { script, style } = embedded;
  const contents: Record<Part, string> = {
    script,
    style,
    page: pageHtml({ script: fingerprint(script), style: fingerprint(style) }),
    document: JSON.stringify(withServers(embedded, config)),
  };
  const policy = contentPolicy(config);
  const shown = pages.map(({ method, path, part, type }): Page => {
    const body = contents[part];
    const cache = part === 'script' || part === 'style' ? A_YEAR : CHECK_BACK;
    const guard: Record<string, string> =
      part === 'page' ? { 'content-security-policy': policy, 'referrer-policy': 'no-referrer' } : {};
    const headers = { 'content-type': type, 'cache-control': cache, etag: `"${fingerprint(body)}"`, ...guard };
    return { method, path, body, headers };
  });
  const elsewhere = Object.entries(embedded.document.paths).map(
    ([path, item]) => [path, String(item['x-appwrite-function'])] as const,
  );
  return { pages: shown, elsewhere: Object.fromEntries(elsewhere), corsOrigins: config.corsOrigins };
}
