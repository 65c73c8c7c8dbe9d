import { routes as auth } from '#functions/auth/routes.ts';
import { routes as complaints } from '#functions/complaints/routes.ts';
import { embedded } from '#functions/docs/built-page.ts';
import { pages } from '#functions/docs/routes.ts';
import { buildSite } from '#functions/docs/site.ts';
import { routes as users } from '#functions/users/routes.ts';
import { lazyService } from '#shared/compose.ts';
import { readDocsConfig } from '#shared/config.ts';
import { createHandler } from '#shared/http/handler.ts';
import { createPages } from '#shared/http/pages.ts';
import type { RuntimeContext } from '#shared/http/runtime.ts';
import { createPasswordHasher } from '#shared/security/passwords.ts';

const answerApi = createHandler(
  [...auth, ...users, ...complaints],
  lazyService({ createHasher: createPasswordHasher }),
);
const showPage = createPages(() => buildSite(embedded, readDocsConfig(), { servedBy: 'api' }));
const shown = new Set(pages.map(({ path }) => path));

/** In the layout `compact`: all endpoints and pages under one domain. */
export default (context: RuntimeContext) => (shown.has(context.req.path) ? showPage(context) : answerApi(context));
