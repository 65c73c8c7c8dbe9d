import { lazyService } from '#shared/compose.ts';
import { createHandler } from '#shared/http/handler.ts';
import { routes } from './routes.ts';

export default createHandler(routes, lazyService());
