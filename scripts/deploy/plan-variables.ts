import { randomBytes } from 'node:crypto';
import { ID } from 'node-appwrite';
import { weaknessOf } from '#shared/security/tokens.ts';
import { functionFor } from '../project/routes.ts';
import type { Change, Planning } from './change.ts';
import { type DeclaredFunction, isPublic } from './declaration.ts';
import { type LiveFunction, type LiveVariable, readRules } from './live.ts';
import { originOf, ruleOf } from './plan-domains.ts';
import type { Remote } from './remote.ts';

export const SECRET = 'TOKEN_SECRET';
const PREVIOUS = `${SECRET}_PREVIOUS`;

/** Variables that each layout computes, so they are not copied from the other one. */
const COMPUTED_PER_LAYOUT = [SECRET, 'API_ORIGINS'];
/** The variables that the function docs reads. */
const DOCS_VARIABLES = ['PUBLIC_ENDPOINT', 'CORS_ORIGINS'];

/** The function without clients that also needs the token secret: it signs the links in mails. */
const LINK_SIGNER = 'notifications';

type FunctionFacts = Pick<DeclaredFunction, '$id' | 'scopes' | 'execute' | 'parts'>;

/** Whether a function is this function of appwrite.json, or contains it. */
const includesPart = ({ $id, parts = [$id] }: FunctionFacts, id: string) => parts.includes(id);

/**
 * Whether a function checks or signs tokens: a public one that uses the tables, or the one that sends links. No other
 * function gets the secret.
 */
export function needsSecret(fn: FunctionFacts): boolean {
  return (isPublic(fn) && fn.scopes.length > 0) || includesPart(fn, LINK_SIGNER);
}

/** The declared functions of the other layout that exist in the project. */
function existingOthers({ declared, live }: Pick<Planning, 'declared' | 'live'>): DeclaredFunction[] {
  return declared.others.filter(({ $id }) => live.others.some((other) => other.$id === $id));
}

type Setting = { key: string; value: () => Promise<string> };

/** The variables that functions lack. Existing ones keep their values. */
export function planVariables(planning: Planning): Change[] {
  const plain = planning.declared.functions.flatMap((fn) => {
    const copied = planCopies(planning, fn);
    const known = new Set(copied.map(({ subject }) => subject));
    const computed = settingsOf(planning, fn).flatMap((setting) => planMissing(planning, fn.$id, setting));
    return [...copied, ...computed.filter(({ subject }) => !known.has(subject))];
  });
  return [...planSecret(planning), ...plain];
}

/**
 * The variables that the deployment computes: the endpoint in picture URLs, the page, the allowed origins, and the
 * origins of the functions.
 */
function settingsOf({ remote, declared, live }: Planning, fn: DeclaredFunction): Setting[] {
  const served = declared.functions.filter(isPublic).map(({ $id }) => $id);
  const pageFunction = functionFor(declared.layout, '/');
  const settings: Setting[] = [];
  if (isPublic(fn) || needsSecret(fn)) {
    settings.push({ key: 'PUBLIC_ENDPOINT', value: async () => remote.target.endpoint });
  }
  if (includesPart(fn, LINK_SIGNER) && served.includes(pageFunction)) {
    settings.push({ key: 'APP_URL', value: () => originOfOne(remote, pageFunction) });
  }
  if (!isPublic(fn)) return settings;
  if (served.includes(pageFunction)) {
    const value = async () => [
      ...copiedOrigins({ declared, live, remote }, fn),
      await originOfOne(remote, pageFunction),
    ];
    settings.push({ key: 'CORS_ORIGINS', value: async () => [...new Set(await value())].join(',') });
  }
  if (served.length > 1) {
    const value = async () =>
      (await originsOf(remote, served)).map((origin, at) => `${served[at]}=${origin}`).join(',');
    settings.push({ key: 'API_ORIGINS', value });
  }
  return settings;
}

/** The origins of the functions. Domains are created before variables, so every function has one by now. */
async function originsOf(remote: Remote, functionIds: readonly string[]): Promise<string[]> {
  const rules = await readRules(remote);
  return functionIds.map((id) => {
    const rule = ruleOf(rules, id);
    if (!rule) throw new Error(`function ${id} has no domain`);
    return originOf(remote.target.endpoint, rule.domain);
  });
}

const originOfOne = async (remote: Remote, functionId: string) => (await originsOf(remote, [functionId]))[0] ?? '';

export function variableOf({ live }: Planning, functionId: string, key: string): LiveVariable | undefined {
  const known = live.functions.find(({ $id }) => $id === functionId);
  return known?.variables.find((variable) => variable.key === key);
}

function planMissing(planning: Planning, functionId: string, { key, value }: Setting): Change[] {
  if (variableOf(planning, functionId, key)) return [];
  const apply = async () => create(planning, functionId, { key, value: await value(), secret: false });
  return [{ area: 'variable', action: 'create', subject: `variable ${functionId}.${key}`, why: 'is missing', apply }];
}

/** The functions of the other layout that a function replaces. */
function replacedBy({ live }: Pick<Planning, 'live'>, fn: DeclaredFunction): LiveFunction[] {
  return live.others.filter((other) => isPublic(other) === isPublic(fn));
}

type ProjectState = Pick<Planning, 'declared' | 'live' | 'remote'>;

/** The origins of the other layout's own domains. */
function originsOfOthers({ declared, live, remote }: ProjectState): string[] {
  const ids = declared.others.map(({ $id }) => $id);
  return live.rules
    .filter(({ deploymentResourceId }) => ids.includes(deploymentResourceId ?? ''))
    .map(({ domain }) => originOf(remote.target.endpoint, domain));
}

/** The origins that the other layout allows, without its own domains. */
function copiedOrigins({ declared, live, remote }: ProjectState, fn: DeclaredFunction): string[] {
  const own = originsOfOthers({ declared, live, remote });
  return replacedBy({ live }, fn)
    .flatMap(({ variables }) => variables.filter(({ key }) => key === 'CORS_ORIGINS'))
    .flatMap(({ value }) => value.split(','))
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '' && !own.includes(origin));
}

/**
 * A function that was never deployed copies the settings of the functions of the other layout that it replaces. A value
 * that is secret or differs among them needs a decision.
 */
function planCopies(planning: Planning, fn: DeclaredFunction): Change[] {
  const known = planning.live.functions.find(({ $id }) => $id === fn.$id);
  if (known?.deployment) return [];
  const wanted = (key: string) =>
    !COMPUTED_PER_LAYOUT.includes(key) && key !== 'CORS_ORIGINS' && (fn.$id !== 'docs' || DOCS_VARIABLES.includes(key));
  const own = originsOfOthers(planning);
  const found = new Map<string, { owner: string; variable: LiveVariable }[]>();
  for (const { $id: owner, variables } of replacedBy(planning, fn)) {
    for (const variable of variables.filter(({ key, value }) => wanted(key) && !own.includes(value))) {
      found.set(variable.key, [...(found.get(variable.key) ?? []), { owner, variable }]);
    }
  }
  return [...found]
    .filter(([key]) => !variableOf(planning, fn.$id, key) && !(key === PREVIOUS && !needsSecret(fn)))
    .map(([key, owned]) => planCopy(planning, fn.$id, { key, owned }));
}

type OwnedVariable = { key: string; owned: { owner: string; variable: LiveVariable }[] };

function planCopy(planning: Planning, id: string, { key, owned }: OwnedVariable): Change {
  const about = { area: 'variable', subject: `variable ${id}.${key}` } as const;
  const owners = owned.map(({ owner }) => owner).join(', ');
  const secret = owned.some(({ variable }) => variable.secret);
  const values = [...new Set(owned.map(({ variable }) => variable.value))];
  const given = planning.request.secrets?.[key];
  const value = secret ? given : values[0];
  if (value === undefined) {
    const why = `is missing, and that of ${owners} is secret and cannot be read. Run with ${key} set to it`;
    return { ...about, action: 'blocked', why, apply: async () => {} };
  }
  if (!secret && values.length > 1) {
    const why = `is missing, and has different values on ${owners}. Give them the same one first`;
    return { ...about, action: 'blocked', why, apply: async () => {} };
  }
  const why = `is missing; taken over from ${owners}`;
  return { ...about, action: 'create', why, apply: () => create(planning, id, { key, value, secret }) };
}

/**
 * The same token secret for all functions, of both layouts while both exist. It cannot be read back, so functions that
 * lack it get the given one, or all get a new one. Before the first deployment a new one does no harm.
 */
function planSecret(planning: Planning): Change[] {
  const { declared, live, request } = planning;
  const needing = declared.functions.filter(needsSecret).map(({ $id }) => $id);
  const others = existingOthers(planning).filter(needsSecret);
  const lacking = needing.filter((id) => !variableOf(planning, id, SECRET));
  if (request.renewSecret) {
    const why = request.previousSecret ? 'is renewed' : 'is renewed: everybody signs in again';
    return newSecret(planning, [...needing, ...others.map(({ $id }) => $id)], why);
  }
  if (lacking.length === 0) return [];
  const serving = [...live.functions, ...live.others].filter(({ deploymentId }) => deploymentId !== '');
  const signing = [...declared.functions, ...others].filter(needsSecret).map(({ $id }) => $id);
  if (!serving.some(({ $id }) => signing.includes($id))) {
    const drawn = `is missing; a random one is drawn, which cannot be read back: set ${SECRET} to choose and keep it`;
    return newSecret(planning, needing, request.tokenSecret === undefined ? drawn : 'is missing');
  }
  const readable = [...live.functions, ...live.others]
    .flatMap(({ variables }) => variables)
    .find(({ key, value }) => key === SECRET && value !== '')?.value;
  const secret = request.tokenSecret ?? readable;
  return lacking.map((id) => {
    const about = { area: 'variable', subject: `variable ${id}.${SECRET}` } as const;
    if (secret !== undefined) {
      const apply = () => setSecret(planning, id, { key: SECRET, value: secret });
      return { ...about, action: 'create', why: 'is missing', apply };
    }
    const why = `is missing, and that of the other functions cannot be read. Run with ${SECRET} set to the one in use, or with --renew-secret: everybody signs in again`;
    return { ...about, action: 'blocked', why, apply: async () => {} };
  });
}

/** The public functions of both layouts that are deployed and have a token secret. */
export function secretHolders({ live }: Pick<Planning, 'live'>): LiveFunction[] {
  return [...live.functions, ...live.others].filter(
    (fn) => fn.deploymentId !== '' && isPublic(fn) && fn.variables.some(({ key }) => key === SECRET),
  );
}

function newSecret(planning: Planning, ids: readonly string[], why: string): Change[] {
  const { renewSecret, previousSecret, tokenSecret = randomBytes(48).toString('base64url') } = planning.request;
  const values: [key: string, value: string][] = [[SECRET, tokenSecret]];
  if (renewSecret && previousSecret) values.push([PREVIOUS, previousSecret]);
  return ids.flatMap((id) =>
    values.map(([key, value]) => ({
      area: 'variable' as const,
      action: anyVariableOf(planning, id, key) ? ('update' as const) : ('create' as const),
      subject: `variable ${id}.${key}`,
      why: key === PREVIOUS ? 'keeps older tokens good' : why,
      apply: () => setSecret(planning, id, { key, value }),
    })),
  );
}

function anyVariableOf({ live }: Planning, functionId: string, key: string): LiveVariable | undefined {
  const known = [...live.functions, ...live.others].find(({ $id }) => $id === functionId);
  return known?.variables.find((variable) => variable.key === key);
}

type Secret = { key: string; value: string };

/** Throws for a weak secret; the message does not contain it. */
async function setSecret(planning: Planning, functionId: string, { key, value }: Secret): Promise<void> {
  const weakness = weaknessOf(value);
  if (weakness) throw new Error(`${key} ${weakness}`);
  const known = anyVariableOf(planning, functionId, key);
  if (!known) return create(planning, functionId, { key, value, secret: true });
  await planning.remote.functions.updateVariable({ functionId, variableId: known.$id, key, value });
}

type NewVariable = { key: string; value: string; secret: boolean };

async function create({ remote }: Planning, functionId: string, variable: NewVariable): Promise<void> {
  await remote.functions.createVariable({ functionId, variableId: ID.unique(), ...variable });
}
