import { changeProfile } from './change-profile.ts';
import { erase } from './erase.ts';
import { exportAccount } from './export.ts';
import { getProfile } from './get-profile.ts';
import { register } from './register.ts';
import { setRole } from './set-role.ts';

export const routes = [register, getProfile, exportAccount, changeProfile, erase, setRole];
