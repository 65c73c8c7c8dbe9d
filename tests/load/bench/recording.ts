import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalAppwrite } from 'local-appwrite';
import { Client } from 'node-appwrite';
import { seedCategories } from '#scripts/project/categories.ts';
import { connect } from '#scripts/project/connect.ts';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { originPaths } from '#scripts/project/routes.ts';
import { findByUsername } from '#shared/appwrite/accounts.ts';
import { functionSettings, startFunction } from './function-program.ts';
import { makePhoto } from './photo.ts';
import { decoded, type Plan, type PlannedOperation, type PlannedRequest } from './plan.ts';
import { startRecorder } from './recorder.ts';

const PASSWORD = 'navy-compiler-52';
const SETTINGS = {
  TOKEN_SECRET: randomBytes(48).toString('base64url'),
  BCRYPT_COST: '10',
  COMPLAINTS_PER_HOUR: '1000000',
  LOGIN_FAILURES_PER_ADDRESS: '5',
};
const TEXT = 'The lamp in front of number 12 has been dark for a week, and the pavement below it is broken. ';

type Request = {
  functionId: string;
  method: string;
  path: string;
  json?: unknown;
  form?: FormData;
  token?: string;
  username?: string;
  before?: Request[];
};

/** As the executor of Appwrite hands a request to a function. */
async function planned(request: Request, key: string): Promise<PlannedRequest> {
  const { method, path, json, form, token, username } = request;
  const content = form ? new Response(form) : new Response(json === undefined ? null : JSON.stringify(json));
  const body = Buffer.from(await content.arrayBuffer());
  const type = json === undefined ? content.headers.get('content-type') : 'application/json';
  const headers = {
    'x-appwrite-trigger': 'http',
    'x-appwrite-key': key,
    'x-appwrite-execution-id': '6b04056800203a7bf07d',
    'x-appwrite-client-ip': '198.51.100.7',
    'x-open-runtimes-logging': 'disabled',
    ...(type && body.length > 0 ? { 'content-type': type } : {}),
    ...(token === undefined ? {} : { token }),
    ...(username === undefined ? {} : { username }),
  };
  return { method, path, headers, body: body.toString('base64') };
}

/** Runs each operation once against a local Appwrite, and keeps its calls and their answers. */
export async function record(): Promise<Plan> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-'));
  const variables = { '*': SETTINGS };
  const local = await startLocalAppwrite({ dataDir, config: PROJECT_FILE, origin: originPaths(), variables });
  const recorder = await startRecorder(local.endpoint);
  try {
    const { projectId, apiKey: key } = local;
    const people = await fill(local.url, { endpoint: local.endpoint, projectId, key });
    const plan: Plan = { projectId, key, settings: SETTINGS, login: people.login, operations: {} };
    for (const [name, request] of Object.entries(await requests(people))) {
      const env = functionSettings(plan, recorder.endpoint);
      const host = await startFunction(request.functionId, { env });
      const sent = await planned(request, key);
      // What is recorded is the usual case: limits and totals are there, addresses known.
      for (const earlier of request.before ?? [request]) await sendTo(host.url, await planned(earlier, key));
      recorder.take();
      const answer = await sendTo(host.url, sent);
      plan.operations[name] = { functionId: request.functionId, request: sent, ...answer, ...recorder.take() };
      await host.stop();
    }
    return plan;
  } finally {
    await recorder.close();
    await local.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function sendTo(
  url: string,
  { method, path, headers, body }: PlannedRequest,
): Promise<Pick<PlannedOperation, 'status' | 'reply'>> {
  const answer = await fetch(`${url}${path}`, { method, headers, body: body === '' ? null : decoded(body) });
  return { status: answer.status, reply: await answer.text() };
}

type People = { login: Plan['login']; user: string; leaving: string; staff: string; complaintIds: string[] };

async function fill(url: string, target: { endpoint: string; projectId: string; key: string }): Promise<People> {
  await seedCategories(new Client().setEndpoint(target.endpoint).setProject(target.projectId).setKey(target.key));
  const send = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, string>;
  };
  for (const username of ['ada', 'grace']) await send('/user', { username, password: PASSWORD, name: 'A Person' });
  const { store } = connect(target);
  const [account, grace] = [await findByUsername(store, 'ada'), await findByUsername(store, 'grace')];
  if (!account || !grace) throw new Error('no accounts');
  await store.users.replace(grace, { role: 'staff' });
  const tokenOf = async (username: string) => (await send('/login', { username, password: PASSWORD })).TOKEN ?? '';
  const [user, leaving, staff] = [await tokenOf('ada'), await tokenOf('ada'), await tokenOf('grace')];
  const complaintIds: string[] = [];
  for (let index = 0; index < 25; index += 1) {
    const place = { latitude: 52.5 + index / 1000, longitude: 13.4, category: 'roads' };
    const filed = await send(
      '/complain',
      { title: `Broken lamp number ${index}`, description: TEXT.repeat(3), location: 'Mill Lane 12', ...place },
      { TOKEN: user, USERNAME: 'ada' },
    );
    complaintIds.push(filed.id ?? '');
  }
  return { login: { password: PASSWORD, hash: account.passwordHash }, user, leaving, staff, complaintIds };
}

async function requests({ user, leaving, staff, complaintIds }: People): Promise<Record<string, Request>> {
  const form = new FormData();
  form.set('title', 'A broken lamp');
  form.set('description', TEXT);
  form.set('image1', new Blob([new Uint8Array(await makePhoto())], { type: 'image/jpeg' }), 'lamp.jpg');
  const changing = (id = ''): Request => {
    const json = { id, status: 'acknowledged', note: 'A crew is on its way.' };
    return { functionId: 'complaints', method: 'PUT', path: '/complain', json, token: staff, username: 'grace' };
  };
  const wrong = { username: 'grace', password: 'wrong-password-1' };
  const refused: Request = { functionId: 'auth', method: 'POST', path: '/login', json: wrong };
  const credentials = { username: 'ada', password: PASSWORD };
  return {
    list: { functionId: 'complaints', method: 'GET', path: '/complain' },
    detail: { functionId: 'complaints', method: 'GET', path: `/complain?id=${complaintIds[0]}` },
    profile: { functionId: 'users', method: 'GET', path: '/user', token: user },
    login: { functionId: 'auth', method: 'POST', path: '/login', json: credentials },
    change: { ...changing(complaintIds[0]), before: [changing(complaintIds[1])] },
    photo: { functionId: 'complaints', method: 'POST', path: '/complain', form, token: user, username: 'ada' },
    logout: { functionId: 'auth', method: 'POST', path: '/logout', json: {}, token: leaving, before: [] },
    refusal: { ...refused, before: Array.from({ length: 5 }, () => refused) },
  };
}
