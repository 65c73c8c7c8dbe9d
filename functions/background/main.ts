import { createBackground } from '#shared/http/background.ts';
import { members } from './members.ts';

/** The layout compact: everything that clients do not call, that is, all events and schedules. */
export default createBackground(members);
