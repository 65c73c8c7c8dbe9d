import { type Read, showComplaint } from './complaint.ts';
import { detailOf, hasCard } from './elements.ts';
import { type Post, showMailLink } from './mail-links.ts';
import { showPictures } from './pictures.ts';
import { keepSession, readSession, type Session, sessionOf } from './session.ts';

type Answered = { url: string; status: number; text?: string };
type Sent = { body?: unknown };
type SwaggerUi = {
  preauthorizeApiKey(scheme: string, value: string): unknown;
  authActions: { logout(schemes: string[]): void };
};
type ApiDocument = { paths: Record<string, { servers?: { url: string }[] }> };

declare const SwaggerUIBundle: (options: Record<string, unknown>) => SwaggerUi;
const ownScript = document.currentScript;

function element<E extends HTMLElement>(id: string, kind: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

const form = element('login', HTMLFormElement);
const bar = element('session', HTMLParagraphElement);
const note = element('note', HTMLParagraphElement);

let ui: SwaggerUi | undefined;
let applied = false;

/** Sends the token with every call from now on, and shows the username. */
function use(session: Session | undefined): void {
  keepSession(session);
  if (applied) ui?.authActions.logout(['TOKEN', 'USERNAME']);
  applied = session !== undefined;
  if (session) {
    ui?.preauthorizeApiKey('TOKEN', session.token);
    ui?.preauthorizeApiKey('USERNAME', session.username);
    element('who', HTMLElement).textContent = session.username;
  }
  form.hidden = session !== undefined;
  bar.hidden = session === undefined;
}

function say(text: string): void {
  note.textContent = text;
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** Updates the session after calls that are made in the explorer. */
function watch(answered: Answered): Answered {
  const body = parsed(answered.text);
  const path = new URL(answered.url, location.href).pathname;
  if (path === '/login' && answered.status === 200) use(sessionOf(body));
  if (path === '/logout' && answered.status === 204) use(undefined);
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
  if (code === 'token_invalid') {
    use(undefined);
    say('The token has ended. Log in again.');
  }
  return answered;
}

/** Removes untouched inputs from the form, which the library would send as empty files. */
function withoutUntouched(request: Sent): Sent {
  if (!(request.body instanceof FormData)) return request;
  for (const [name, value] of [...request.body]) {
    const untouched = value === '' || (value instanceof File && value.size === 0 && /^(blob)?$/.test(value.name));
    if (untouched) request.body.delete(name);
  }
  return request;
}

async function call(api: ApiDocument, path: string, { query = '', ...init }: RequestInit & { query?: string }) {
  const base = api.paths[path]?.servers?.[0]?.url ?? '/';
  return fetch(`${base.replace(/\/$/, '')}${path}${query}`, { method: 'POST', ...init });
}

async function logIn(api: ApiDocument): Promise<void> {
  const { username, password } = Object.fromEntries(new FormData(form));
  const headers = { 'content-type': 'application/json' };
  const response = await call(api, '/login', { headers, body: JSON.stringify({ username, password }) });
  const body = parsed(await response.text());
  if (!response.ok) return say(detailOf(body));
  form.reset();
  say('');
  use(sessionOf(body));
}

async function logOut(api: ApiDocument): Promise<void> {
  const session = readSession();
  use(undefined);
  if (!session) return;
  const headers = { 'content-type': 'application/json', TOKEN: session.token };
  await call(api, '/logout', { headers, body: '{}' });
}

const postTo =
  (api: ApiDocument): Post =>
  (path, body) =>
    call(api, path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** Reads as the person who is logged in, or as the public after the token has ended. */
const readFrom =
  (api: ApiDocument): Read =>
  async (asked) => {
    const query = `?${new URLSearchParams(asked)}`;
    const session = readSession();
    const headers = session && { TOKEN: session.token };
    const answer = await call(api, '/complain', { method: 'GET', query, ...(headers ? { headers } : {}) });
    if (answer.status !== 401 || !session) return answer;
    use(undefined);
    say('The token has ended. Log in again.');
    return call(api, '/complain', { method: 'GET', query });
  };

/** A new password ends every token, including the one stored here. */
function followed(path: string): void {
  if (path === '/recovery/confirm') use(undefined);
}

const unreachable = () => say('The API cannot be reached from here.');

/** Loads Swagger UI, which is larger than a megabyte. Pages that open links of mails do not need it. */
async function loadLibrary(): Promise<void> {
  const script = document.createElement('script');
  script.src = ownScript?.dataset.library ?? '';
  await new Promise((resolve, reject) => {
    script.addEventListener('load', resolve);
    script.addEventListener('error', reject);
    document.head.append(script);
  });
}

async function showExplorer(api: ApiDocument): Promise<void> {
  await loadLibrary();
  ui = SwaggerUIBundle({
    spec: api,
    dom_id: '#explorer',
    deepLinking: true,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    docExpansion: 'list',
    validatorUrl: null,
    plugins: [showPictures],
    requestInterceptor: withoutUntouched,
    responseInterceptor: watch,
    onComplete: () => use(readSession()),
  });
}

async function start(): Promise<void> {
  const response = await fetch('./openapi.json');
  const api = (await response.json()) as ApiDocument;
  const complaint = () => showComplaint(readFrom(api));
  const mailed = () => {
    showMailLink({ post: postTo(api), onDone: followed });
    void complaint();
  };
  mailed();
  addEventListener('hashchange', mailed);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    say('…');
    logIn(api).then(complaint).catch(unreachable);
  });
  element('logout', HTMLButtonElement).addEventListener('click', () => {
    logOut(api).then(complaint).catch(unreachable);
  });
  // A card replaces the explorer; its link reloads the page.
  if (hasCard()) use(readSession());
  else await showExplorer(api);
}

start().catch(unreachable);
