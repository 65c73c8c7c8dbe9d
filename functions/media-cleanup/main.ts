import { createDeletionFunction } from '#shared/http/trigger.ts';
import { cleanUp } from './clean-up.ts';

export default createDeletionFunction(cleanUp);
