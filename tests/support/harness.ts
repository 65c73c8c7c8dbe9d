import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EngineName, type LocalAppwrite, type LocalAppwriteOptions, startLocalAppwrite } from 'local-appwrite';
import { Client } from 'node-appwrite';
import { seedCategories } from '#scripts/project/categories.ts';
import { type Connection, connect, type Target } from '#scripts/project/connect.ts';
import { LAYOUTS, type Layout, readLayout } from '#scripts/project/layout.ts';
import { localProject } from '#scripts/project/local-settings.ts';
import { functionFor, originPaths } from '#scripts/project/routes.ts';
import { Complaint, LoginReply } from '#shared/contract/responses.ts';
import type { Role } from '#shared/domain/account.ts';
import { type Canaries, watchForSecrets } from './canaries.ts';
import { type Deployed, deployed, TEST_SETTINGS } from './deployed.ts';
import { enroller, PASSWORD } from './enrol.ts';
import { type Answer, type Sending, send } from './send.ts';

/** A person with an account, whose requests carry TOKEN and USERNAME. */
export type Person = {
  username: string;
  token: string;
  send(method: string, path: string, sending?: Sending): Promise<Answer>;
  file(fields?: Record<string, unknown>): Promise<Complaint>;
};

type People<Roles> = { [index in keyof Roles]: Person };

export type Service = {
  /** The local Appwrite; throws where the service is deployed to a real one. */
  readonly local: LocalAppwrite;
  connection: Connection;
  layout: Layout;
  /**
   * The function that contains this part of the product: in groups the part itself, in compact `api` or `background`.
   */
  functionId(part: string): string;
  /** The variables of its functions. */
  settings: Record<string, string>;
  /** Secrets that no answer and no log may contain. Every answer is checked, and the logs at the end. */
  canaries: Canaries;
  send(method: string, path: string, sending?: Sending): Promise<Answer>;
  /** A person with a new account of that role and a token. */
  person(role?: Role, username?: string): Promise<Person>;
  /** Several such people, in the order of their roles. */
  people<Roles extends Role[]>(...roles: Roles): Promise<People<Roles>>;
  login(username: string, password?: string): Promise<Person>;
  /** Waits until events have been delivered, as far as that can be known. */
  settle(): Promise<void>;
  close(): Promise<void>;
};

export const uniqueName = (prefix = 'p') => `${prefix}${randomBytes(6).toString('hex')}`;

/** The settings of tests that move the clock by days, such as those of mails, webhooks and deadlines. */
export const DAYS_SETTINGS = {
  TOKEN_HOURS: '720',
  CONTACT_DAYS: '2',
  WORKING_HOURS: 'mon-sun 00:00-24:00',
  APP_URL: 'https://app.example/reports',
  WEBHOOKS_TO_LOOPBACK: 'true',
};

const SETTINGS = { TOKEN_SECRET: randomBytes(48).toString('base64url'), ...TEST_SETTINGS };

/**
 * `filled` is a data folder to start with. `workers`, `proxy` and `delays` imitate a real Appwrite, and `reuseCompiled:
 * false` its cold starts. `config` replaces the product's project file. `notifications` deploys that function, which
 * each change starts; `maintenance: false` leaves out the one that runs at every ten minutes of the clock. The layout
 * compact always has both.
 */
type ServiceOptions = {
  filled?: string;
  database?: EngineName;
  layout?: Layout;
  notifications?: boolean;
  maintenance?: boolean;
} & Pick<LocalAppwriteOptions, 'workers' | 'proxy' | 'delays' | 'config' | 'reuseCompiled'>;

export const DATABASES = ['mariadb', 'postgresql', 'mongodb'] as const satisfies EngineName[];

/** The default layout of tests: LAYOUT, or groups. */
export const LAYOUT = readLayout(process.env.LAYOUT) ?? 'groups';

type StartOptions = Required<Pick<ServiceOptions, 'database' | 'layout' | 'notifications' | 'maintenance'>>;

const DEFAULTS: StartOptions = { database: 'mariadb', layout: LAYOUT, notifications: false, maintenance: true };

/**
 * The project of a layout without the functions that a test leaves out. Without `notifications`, a change takes a
 * quarter less time.
 */
function projectFor({ layout, notifications, maintenance }: StartOptions) {
  const { folder, content } = localProject(layout);
  const isNeeded = ({ $id }: { $id: string }) =>
    ($id !== 'notifications' || notifications) && ($id !== 'maintenance' || maintenance);
  return { folder, content: { ...content, functions: content.functions.filter(isNeeded) } };
}

/** The Appwrite that a service runs on, local or real. */
type Environment = {
  target: Target;
  layout: Layout;
  settings: Record<string, string> & { TOKEN_SECRET: string };
  local?: LocalAppwrite;
  send(method: string, path: string, sending?: Sending): Promise<Answer>;
  settle(): Promise<void>;
  close(): Promise<void>;
};

/** Whether the product under test is deployed to a real Appwrite: `npm run test:appwrite`. */
export const IS_DEPLOYED = deployed() !== undefined;

const LOCAL_ENVIRONMENTS = [
  ...LAYOUTS.map((layout) => ({ database: DEFAULTS.database, layout })),
  ...DATABASES.filter((name) => name !== DEFAULTS.database).map((database) => ({
    database,
    layout: 'groups' as const,
  })),
];

/** Where the main story is played: in both layouts and on all databases, or on the deployment. */
export const STORY_ENVIRONMENTS: readonly { database: EngineName; layout: Layout }[] = IS_DEPLOYED
  ? [{ database: DATABASES.find((name) => name === process.env.APPWRITE_DATABASE) ?? 'mariadb', layout: 'groups' }]
  : LOCAL_ENVIRONMENTS;

/**
 * Starts the whole product, with the built bundles, on a local Appwrite on any free port. In `npm run test:appwrite` it
 * is the product on the real Appwrite.
 */
export async function startService(
  variables: Record<string, string> = {},
  options: ServiceOptions = {},
): Promise<Service> {
  const real = deployed();
  if (!real) return serviceOn(await localEnvironment(variables, options));
  const { filled, workers, proxy, delays, config } = options;
  if (Object.keys(variables).length > 0 || filled || workers || proxy || delays || config) throw new Error(NEEDS_LOCAL);
  return serviceOn(deployedEnvironment(real));
}

let shared: Promise<Environment> | undefined;

/**
 * One service for all test files of a worker that use only their own data and leave shared things alone: time,
 * settings, categories, limits of a network. It runs until the worker ends, since functions that are warm answer
 * faster.
 */
export async function sharedService(): Promise<Service> {
  const real = deployed();
  if (real) return serviceOn(deployedEnvironment(real));
  shared ??= newEnvironment({}, DEFAULTS);
  return serviceOn({ ...(await shared), close: async () => {} });
}

const NEEDS_LOCAL = 'This needs the local Appwrite.';

function deployedEnvironment({ target, tokenSecret, functionsDomain }: Deployed): Environment {
  const { protocol, port } = new URL(target.endpoint);
  return {
    target,
    layout: 'groups',
    settings: { ...TEST_SETTINGS, TOKEN_SECRET: tokenSecret },
    send(method, path, sending) {
      const host = `${functionFor('groups', path.split('?')[0] ?? '')}.${functionsDomain}`;
      return send(method, `${protocol}//${host}${port === '' ? '' : `:${port}`}${path}`, sending, target.endpoint);
    },
    settle: () => new Promise((resolve) => setTimeout(resolve, 3_000)),
    close: async () => {},
  };
}

/** Services that tests have closed, by their variables and options. Their data is reset; their functions are warm. */
const idle = new Map<string, Environment[]>();

/** The folder of tests/support/build-once.ts, which removes it; undefined in commands such as `npm run races`. */
const { TESTS_FOLDER } = process.env;

/**
 * Takes an idle service of this worker, or starts one. Keeps only services that other files can use, since each service
 * has a process for every function. Commands keep none, since they cannot exit while a service is open.
 */
async function localEnvironment(variables: Record<string, string>, given: ServiceOptions): Promise<Environment> {
  const options = { ...DEFAULTS, ...given };
  const isCommon = variables === DAYS_SETTINGS || Object.keys(variables).length === 0;
  const isPlain = Object.keys(given).every((name) => name in DEFAULTS);
  if (!TESTS_FOLDER || !isCommon || !isPlain) return newEnvironment(variables, options);
  const key = JSON.stringify({ variables, options });
  const free = idle.get(key) ?? [];
  idle.set(key, free);
  return free.pop() ?? reusable(await newEnvironment(variables, options), free);
}

/** The same service, but instead of stopping, `close` restores its present state and adds it to `free`. */
async function reusable(environment: Environment, free: Environment[]): Promise<Environment> {
  const { local } = environment;
  if (!local) throw new Error(NEEDS_LOCAL);
  const first = await local.snapshot();
  const kept = {
    ...environment,
    async close() {
      local.faults.clear();
      await local.restore(first);
      local.calls.clear();
      free.push(kept);
    },
  };
  return kept;
}

async function newEnvironment(
  variables: Record<string, string>,
  options: ServiceOptions & StartOptions,
): Promise<Environment> {
  const { filled, database, layout, notifications, maintenance, ...serving } = options;
  const dataDir = filled ?? (await mkdtemp(join(TESTS_FOLDER ?? tmpdir(), 'complaints-')));
  const settings = { ...SETTINGS, ...variables };
  const local = await startLocalAppwrite({
    dataDir,
    database,
    config: projectFor({ database, layout, notifications, maintenance }),
    origin: originPaths(layout),
    variables: { '*': settings },
    ...serving,
  });
  const target = { endpoint: local.endpoint, projectId: local.projectId, key: local.apiKey };
  await seedCategories(new Client().setEndpoint(target.endpoint).setProject(target.projectId).setKey(target.key));
  return {
    target,
    layout,
    settings,
    local,
    send: (method, path, sending) => send(method, `${local.url}${path}`, sending),
    settle: () => local.settle(),
    async close() {
      await local.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function serviceOn(environment: Environment): Service {
  const { target, layout, settings, local } = environment;
  const access = { endpoint: target.endpoint, projectId: target.projectId, apiKey: target.key };
  const canaries = watchForSecrets({
    'the password': PASSWORD,
    'the token secret': settings.TOKEN_SECRET,
    'the API key': target.key,
  });

  async function sendChecked(method: string, path: string, sending?: Sending): Promise<Answer> {
    const answer = await environment.send(method, path, sending);
    canaries.check(`${method} ${path}`, answer);
    return answer;
  }

  async function login(username: string, password = PASSWORD): Promise<Person> {
    const { TOKEN } = (await sendChecked('POST', '/login', { json: { username, password } })).as(LoginReply);
    canaries.add(`the token of ${username}`, TOKEN);
    return personOf(username, TOKEN);
  }

  function personOf(username: string, token: string): Person {
    const sendAsPerson = (method: string, path: string, sending: Sending = {}) =>
      sendChecked(method, path, { ...sending, headers: { TOKEN: token, USERNAME: username, ...sending.headers } });
    const file = async (fields = {}) => {
      const json = { title: 'A broken lamp', description: 'It has been dark for a week.', ...fields };
      return (await sendAsPerson('POST', '/complain', { json })).as(Complaint, 201);
    };
    return { username, token, send: sendAsPerson, file };
  }

  const enrol = enroller({ ...access, settings });

  async function person(role: Role = 'user', username = uniqueName()): Promise<Person> {
    const token = await enrol(username, role);
    canaries.add(`the token of ${username}`, token);
    return personOf(username, token);
  }

  return {
    get local() {
      if (!local) throw new Error(NEEDS_LOCAL);
      return local;
    },
    connection: connect(target),
    layout,
    functionId: (part) => {
      if (layout === 'groups') return part;
      return ['auth', 'users', 'complaints', 'docs'].includes(part) ? 'api' : 'background';
    },
    settings,
    canaries,
    send: sendChecked,
    login,
    person,
    people: async <Roles extends Role[]>(...roles: Roles) =>
      (await Promise.all(roles.map((role) => person(role)))) as People<Roles>,
    settle: () => environment.settle(),
    async close() {
      await environment.settle();
      try {
        await canaries.checkLogs(access);
      } finally {
        await environment.close();
      }
    },
  };
}
