/** The TOKEN kept in this browser, so that it survives a reload. */
export type Session = { token: string; username: string };

const KEY = 'complaints.session';

export function readSession(): Session | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    if (typeof kept !== 'object' || kept === null || !('token' in kept) || !('username' in kept)) return undefined;
    return { token: String(kept.token), username: String(kept.username) };
  } catch {
    return undefined;
  }
}

export function keepSession(session: Session | undefined): void {
  if (session) localStorage.setItem(KEY, JSON.stringify(session));
  else localStorage.removeItem(KEY);
}

/** The session in an answer of POST /login, if it is one. */
export function sessionOf(answer: unknown): Session | undefined {
  if (typeof answer !== 'object' || answer === null || !('TOKEN' in answer) || !('user' in answer)) return undefined;
  const { TOKEN: token, user } = answer;
  if (typeof token !== 'string' || typeof user !== 'object' || user === null || !('username' in user)) return undefined;
  return { token, username: String(user.username) };
}
