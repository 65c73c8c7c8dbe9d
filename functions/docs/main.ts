import { readDocsConfig } from '#shared/config.ts';
import { createPages } from '#shared/http/pages.ts';
import { embedded } from './built-page.ts';
import { buildSite } from './site.ts';

export default createPages(() => buildSite(embedded, readDocsConfig()));
