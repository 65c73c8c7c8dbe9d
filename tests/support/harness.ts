import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EngineName, type LocalAppwrite, type LocalAppwriteOptions, startLocalAppwrite } from 'local-appwrite';
import { Client } from 'node-appwrite';
import { seedCategories } from '#scripts/project/categories.ts';
import { type Connection, connect } from '#scripts/project/connect.ts';
import { type Layout, readLayout } from '#scripts/project/layout.ts';
import { localProject } from '#scripts/project/local-settings.ts';
import { originPaths } from '#scripts/project/routes.ts';
import { Complaint, LoginReply } from '#shared/contract/responses.ts';
import type { Role } from '#shared/domain/account.ts';
import { type Canaries, watchOver } from './canaries.ts';
import { enroller, PASSWORD } from './enrol.ts';
import { type Answer, type Sending, send } from './send.ts';

/** Somebody with an account, whose requests carry TOKEN and USERNAME. */
export type Person = {
  username: string;
  token: string;
  send(method: string, path: string, sending?: Sending): Promise<Answer>;
  file(fields?: Record<string, unknown>): Promise<Complaint>;
};

type People<Roles> = { [index in keyof Roles]: Person };

export type Service = {
  local: LocalAppwrite;
  connection: Connection;
  layout: Layout;
  /** The function that has this part of the product: the part itself, or the one of the layout compact. */
  functionId(part: string): string;
  /** The variables of its functions. */
  settings: Record<string, string>;
  /** Secrets that no answer and no log may tell; looked for in each, and once more at the end. */
  canaries: Canaries;
  send(method: string, path: string, sending?: Sending): Promise<Answer>;
  /** Somebody with a new account of that role and a token, as registration and login leave them. */
  person(role?: Role, username?: string): Promise<Person>;
  /** As many of them, in the order of their roles. */
  people<Roles extends Role[]>(...roles: Roles): Promise<People<Roles>>;
  login(username: string, password?: string): Promise<Person>;
  close(): Promise<void>;
};

export const uniqueName = (prefix = 'p') => `${prefix}${randomBytes(6).toString('hex')}`;

const SETTINGS = {
  TOKEN_SECRET: randomBytes(48).toString('base64url'),
  BCRYPT_COST: '10',
  CORS_ORIGINS: 'http://app.example',
  REGISTRATIONS_PER_HOUR: '100000',
  COMPLAINTS_PER_HOUR: '100000',
};

/**
 * `filled` is a data folder to start with; `database` is `DATABASE` when left out, `layout` groups. `workers`, `proxy` and
 * `delays` say how the local Appwrite serves; `config` is a project file in the place of the product's own.
 */
type On = { filled?: string; database?: EngineName; layout?: Layout } & Pick<
  LocalAppwriteOptions,
  'workers' | 'proxy' | 'delays' | 'config'
>;

/** The databases that the most important stories run on. */
export const DATABASES = ['mariadb', 'postgresql', 'mongodb'] as const satisfies EngineName[];

/** The one that a test runs on when it asks for none: TEST_DATABASE, or MariaDB. */
export const DATABASE = DATABASES.find((name) => name === process.env.TEST_DATABASE) ?? 'mariadb';

/**
 * The whole product on a local Appwrite of its own: the built bundles, any free port.
 * `filled` is a data folder to start with; `database` is `DATABASE` when left out. `layout` is that of the environment
 * variable LAYOUT, or groups. `workers`, `proxy` and `delays` say how the local Appwrite serves.
 */
export async function startService(
  variables: Record<string, string> = {},
  { filled, database = DATABASE, layout = readLayout(process.env.LAYOUT) ?? 'groups', ...serving }: On = {},
): Promise<Service> {
  const dataDir = filled ?? (await mkdtemp(join(tmpdir(), 'complaints-')));
  const local = await startLocalAppwrite({
    dataDir,
    database,
    config: localProject(layout),
    origin: originPaths(layout),
    variables: { '*': { ...SETTINGS, ...variables } },
    ...serving,
  });
  const target = { endpoint: local.endpoint, projectId: local.projectId, key: local.apiKey };
  await seedCategories(new Client().setEndpoint(target.endpoint).setProject(target.projectId).setKey(target.key));
  const connection = connect(target);
  const settings = { ...SETTINGS, ...variables };
  const canaries = watchOver({
    'the password': PASSWORD,
    'the token secret': settings.TOKEN_SECRET,
    'the API key': local.apiKey,
  });

  async function at(method: string, path: string, sending?: Sending): Promise<Answer> {
    const answer = await send(method, `${local.url}${path}`, sending);
    canaries.check(`${method} ${path}`, answer);
    return answer;
  }

  async function login(username: string, password = PASSWORD): Promise<Person> {
    const { TOKEN } = (await at('POST', '/login', { json: { username, password } })).as(LoginReply);
    canaries.add(`the token of ${username}`, TOKEN);
    return personOf(username, TOKEN);
  }

  function personOf(username: string, token: string): Person {
    const own = (method: string, path: string, sending: Sending = {}) =>
      at(method, path, { ...sending, headers: { TOKEN: token, USERNAME: username, ...sending.headers } });
    const file = async (fields = {}) => {
      const json = { title: 'A broken lamp', description: 'It has been dark for a week.', ...fields };
      return (await own('POST', '/complain', { json })).as(Complaint, 201);
    };
    return { username, token, send: own, file };
  }

  const enrol = enroller({ ...local, settings });

  async function person(role: Role = 'user', username = uniqueName()): Promise<Person> {
    const token = await enrol(username, role);
    canaries.add(`the token of ${username}`, token);
    return personOf(username, token);
  }

  return {
    local,
    connection,
    layout,
    functionId: (part) => {
      if (layout === 'groups') return part;
      return ['auth', 'users', 'complaints', 'docs'].includes(part) ? 'api' : 'background';
    },
    settings,
    canaries,
    send: at,
    login,
    person,
    people: async <Roles extends Role[]>(...roles: Roles) =>
      (await Promise.all(roles.map((role) => person(role)))) as People<Roles>,
    async close() {
      await local.settle();
      await canaries.checkLogs(local).finally(() => local.close());
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
