import { lazyService } from '#shared/compose.ts';
import { createHandler } from '#shared/http/handler.ts';
import { createPasswordHasher } from '#shared/security/passwords.ts';
import { routes } from './routes.ts';

export default createHandler(routes, lazyService({ createHasher: createPasswordHasher }));
