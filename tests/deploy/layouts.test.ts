import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { chooseLayout } from '#scripts/deploy/choose-layout.ts';
import type { Layout } from '#scripts/project/layout.ts';
import { functionFor } from '#scripts/project/routes.ts';
import { makePhoto } from '#scripts/smoke/photo.ts';
import { type Incoming, sendRequest } from '#scripts/smoke/send-request.ts';
import { useProject } from './support/project.ts';
import { idOfVariable } from './support/variables.ts';

const project = useProject('nothing');
const secret = randomBytes(48).toString('base64url');
const password = 'correct-horse-9';
const username = 'ada';

type Sent = { token?: string; json?: unknown; form?: FormData };

/** Sends one request to the domain of the function that answers this path in a layout. */
async function ask(layout: Layout, method: string, path: string, { token, json, form }: Sent = {}): Promise<Incoming> {
  const encoded = form && new Response(form);
  const body = encoded
    ? Buffer.from(await encoded.arrayBuffer())
    : json === undefined
      ? undefined
      : Buffer.from(JSON.stringify(json));
  const headers: Record<string, string> = {
    ...(token ? { TOKEN: token, USERNAME: username } : {}),
    ...(body ? { 'content-type': encoded?.headers.get('content-type') ?? 'application/json' } : {}),
  };
  const origin = project.local.functionUrl(functionFor(layout, path.split('?')[0] ?? ''));
  return sendRequest(project.target.endpoint, `${origin}${path}`, { method, headers, ...(body ? { body } : {}) });
}

const textOf = ({ status, body }: Incoming) => `${status} ${body.toString('utf8')}`;
const Token = z.object({ TOKEN: z.string() });
const Filed = z.object({ id: z.string(), images: z.array(z.object({ url: z.string() })) });

/** Registers, logs in and files a complaint with a photo; resolves to the token, its id and the picture's URL. */
async function story(layout: Layout): Promise<{ token: string; id: string; picture: string }> {
  const account = { username, password, name: 'Ada' };
  expect((await ask(layout, 'POST', '/user', { json: account })).status).toBe(201);
  const login = await ask(layout, 'POST', '/login', { json: { username, password } });
  const { TOKEN: token } = z.parse(Token, JSON.parse(login.body.toString('utf8')));
  const form = new FormData();
  form.set('title', 'A lamp');
  form.set('description', 'Dark for a week.');
  form.set('image1', new Blob([makePhoto()], { type: 'image/png' }), 'photo.png');
  const filed = await ask(layout, 'POST', '/complain', { token, form });
  const { id, images } = z.parse(Filed, JSON.parse(filed.body.toString('utf8')));
  return { token, id, picture: images[0]?.url ?? '' };
}

/** Expects that what was created before still works with this layout: the token, the complaint and its picture. */
async function expectKept(layout: Layout, { token, id, picture }: Awaited<ReturnType<typeof story>>): Promise<void> {
  expect(textOf(await ask(layout, 'GET', '/user', { token }))).toMatch(/^200 .*"username":"ada"/);
  expect(textOf(await ask(layout, 'GET', `/complain?id=${id}`, { token }))).toContain(`"id":"${id}"`);
  expect((await sendRequest(project.target.endpoint, picture, { method: 'GET' })).status).toBe(200);
  expect(textOf(await ask(layout, 'GET', '/openapi.json'))).toMatch(/^200 /);
}

/**
 * Requests a list from a layout until the returned function is called, which resolves to the answers other than 200.
 */
function watch(layout: Layout): () => Promise<string[]> {
  let stopped = false;
  const failures: string[] = [];
  let asked = 0;
  const watching = (async () => {
    while (!stopped) {
      const answer = await ask(layout, 'GET', '/complain/categories').catch((error: Error) => error);
      asked += 1;
      if (answer instanceof Error) failures.push(answer.message);
      else if (answer.status !== 200) failures.push(textOf(answer));
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  })();
  return async () => {
    stopped = true;
    await watching;
    expect(asked).toBeGreaterThan(0);
    return failures;
  };
}

const functionIds = async () => (await project.remote.functions.list()).functions.map(({ $id }) => $id).sort();

describe('a project that changes from groups to compact and back', () => {
  it('loses nothing, always answers, and removes the old functions only on request', async () => {
    const common = { tokenSecret: secret };
    expect((await project.deploy(common)).refusal).toBe('');
    for (const [functionId, key, value] of [
      ['auth', 'BCRYPT_COST', '10'],
      ['users', 'BCRYPT_COST', '10'],
      ['users', 'DEFAULT_COUNTRY', 'DE'],
    ] as const) {
      const variable = { functionId, variableId: `${key}-${functionId}`.toLowerCase(), key, value, secret: false };
      await project.remote.functions.createVariable(variable);
    }
    const corsId = await idOfVariable(project, 'complaints', 'CORS_ORIGINS');
    const cors = { functionId: 'complaints', variableId: corsId, key: 'CORS_ORIGINS', value: 'https://app.example' };
    await project.remote.functions.updateVariable(cors);
    expect((await project.deploy()).refusal).toBe('');
    const made = await story('groups');
    const groups = await functionIds();

    await project.local.settle();
    project.newWrites();
    const unsaid = await project.deploy({ layout: 'compact' });
    expect(unsaid.refusal).toContain('Nothing was changed');
    expect(unsaid.output).toContain('Run with TOKEN_SECRET set to the one in use, or with --renew-secret');
    const wrong = await project.deploy({ layout: 'compact', tokenSecret: randomBytes(48).toString('base64url') });
    expect(wrong.refusal).toContain('TOKEN_SECRET is not the secret that the running functions use');
    expect(project.newWrites()).toEqual([]);

    const stopGroups = watch('groups');
    const moved = await project.deploy({ layout: 'compact', ...common });
    expect(moved.refusal).toBe('');
    expect(moved.output).toContain('function auth is of the layout groups (kept; --remove-other-layout would lose');
    expect(moved.output).toContain('background: its schedule was run once: completed with 200');
    expect(await functionIds()).toEqual([...groups, 'api', 'background'].sort());
    await expectKept('compact', made);
    await expectKept('groups', made);
    expect(await stopGroups()).toEqual([]);
    await expect(chooseLayout(project.remote, project.declared)).rejects.toThrow('has functions of both layouts');
    const { variables } = await project.remote.functions.listVariables({ functionId: 'api' });
    const setTo = (key: string) => variables.find((variable) => variable.key === key)?.value;
    expect(setTo('BCRYPT_COST')).toBe('10');
    expect(setTo('DEFAULT_COUNTRY')).toBe('DE');
    expect(setTo('CORS_ORIGINS')?.split(',')).toEqual(['https://app.example', project.local.functionUrl('api')]);
    expect(await project.findings('failure', 'compact')).toEqual([]);

    const stopCompact = watch('compact');
    const removed = await project.deploy({ layout: 'compact', removeOtherLayout: true });
    expect(removed.refusal).toBe('');
    expect(await functionIds()).toEqual(['api', 'background']);
    expect((await chooseLayout(project.remote, project.declared)).layout).toBe('compact');
    const { rules } = await project.remote.rules.listRules();
    expect(rules.map(({ domain }) => domain)).toEqual(['api.functions.localhost']);
    await expectKept('compact', made);

    const back = await project.deploy({ layout: 'groups', ...common });
    expect(back.refusal).toBe('');
    expect(await stopCompact()).toEqual([]);
    await expectKept('groups', made);
    expect(textOf(await ask('compact', 'GET', '/user', { token: made.token }))).toMatch(/^200 /);

    // While a function does not serve, nothing is removed.
    const broken = { functionId: 'users', variableId: 'hours', key: 'TOKEN_HOURS', value: 'abc', secret: false };
    await project.remote.functions.createVariable(broken);
    const unproven = await project.deploy({ layout: 'groups', removeOtherLayout: true });
    expect(unproven.refusal).toMatch(/^users does not serve: GET http.*\/user answers 503: .*misconfigured/);
    expect(unproven.refusal).toContain('TOKEN_HOURS must be a whole number from 1 to 720');
    expect(await functionIds()).toContain('api');
    await project.remote.functions.deleteVariable({ functionId: 'users', variableId: 'hours' });
    expect((await project.deploy({ layout: 'groups', removeOtherLayout: true })).refusal).toBe('');
    expect(await functionIds()).toEqual(groups);
    await expectKept('groups', made);
    expect(await project.findings()).toEqual([]);
  });
});
