import { createBackground } from '#shared/http/background.ts';
import { members } from './bundled-functions.ts';

/** The layout compact: everything that clients do not call, that is, all events and schedules. */
export default createBackground(members);
