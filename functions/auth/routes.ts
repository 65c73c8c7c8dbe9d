import { login } from './login.ts';
import { logout } from './logout.ts';

export const routes = [login, logout];
