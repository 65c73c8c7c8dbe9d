import { lazyService } from '#shared/compose.ts';
import { createTrigger } from '#shared/http/trigger.ts';
import { react } from './react.ts';

export default createTrigger(react, lazyService());
