import { createBackground } from '#shared/http/background.ts';
import { members } from './bundled-functions.ts';

/** In the layout `compact`: all events and schedules. */
export default createBackground(members);
