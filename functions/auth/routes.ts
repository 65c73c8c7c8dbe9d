import { confirmEmail } from './confirm-email.ts';
import { confirmRecovery } from './confirm-recovery.ts';
import { login } from './login.ts';
import { logout } from './logout.ts';
import { recover } from './recover.ts';
import { unsubscribe } from './unsubscribe.ts';

export const routes = [login, logout, recover, confirmRecovery, confirmEmail, unsubscribe];
