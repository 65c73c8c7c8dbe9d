import { randomBytes } from 'node:crypto';
import { ID } from 'node-appwrite';
import { weaknessOf } from '#shared/security/tokens.ts';
import type { Change, Planning } from './change.ts';
import type { DeclaredFunction } from './declaration.ts';
import { type LiveVariable, readRules } from './live.ts';
import { isPublic, originOf, ruleOf } from './plan-domains.ts';
import type { Remote } from './remote.ts';

export const SECRET = 'TOKEN_SECRET';
const PREVIOUS = `${SECRET}_PREVIOUS`;

/**
 * Functions that clients call and that open the tables check tokens: they need the secret. `notifications` signs with it
 * the links that end mails. No other function gets it.
 */
export function needsSecret(fn: Pick<DeclaredFunction, '$id' | 'scopes' | 'execute'>): boolean {
  return (isPublic(fn) && fn.scopes.length > 0) || fn.$id === 'notifications';
}

type Setting = { key: string; value: () => Promise<string> };

/** The variables a function has to have; what else is there stays, and so do their values. */
export function planVariables(planning: Planning): Change[] {
  const plain = planning.declared.functions.flatMap((fn) =>
    settingsOf(planning, fn).flatMap((setting) => planOnce(planning, fn.$id, setting)),
  );
  return [...planSecret(planning), ...plain];
}

/** What is no secret and can be worked out: where pictures are, for those that name or show them, and who may call from a browser. */
function settingsOf({ remote, declared }: Planning, fn: DeclaredFunction): Setting[] {
  const settings: Setting[] = [];
  const served = declared.functions.filter(isPublic).map(({ $id }) => $id);
  if (needsSecret(fn) || fn.$id === 'docs')
    settings.push({ key: 'PUBLIC_ENDPOINT', value: async () => remote.target.endpoint });
  if (isPublic(fn) && served.includes('docs')) {
    settings.push({ key: 'CORS_ORIGINS', value: async () => (await originsOf(remote, ['docs'])).join(',') });
  }
  if (fn.$id === 'notifications' && served.includes('docs')) {
    settings.push({ key: 'APP_URL', value: async () => (await originsOf(remote, ['docs']))[0] ?? '' });
  }
  if (fn.$id === 'docs') {
    const others = served.filter((id) => id !== 'docs');
    const value = async () =>
      (await originsOf(remote, others)).map((origin, at) => `${others[at]}=${origin}`).join(',');
    settings.push({ key: 'API_ORIGINS', value });
  }
  return settings;
}

/** Domains are made before variables, so every function has one by now. */
async function originsOf(remote: Remote, functionIds: readonly string[]): Promise<string[]> {
  const rules = await readRules(remote);
  return functionIds.map((id) => {
    const rule = ruleOf(rules, id);
    if (!rule) throw new Error(`function ${id} has no domain`);
    return originOf(remote.target.endpoint, rule.domain);
  });
}

export function variableOf({ live }: Planning, functionId: string, key: string): LiveVariable | undefined {
  const known = live.functions.find(({ $id }) => $id === functionId);
  return known?.variables.find((variable) => variable.key === key);
}

function planOnce(planning: Planning, functionId: string, { key, value }: Setting): Change[] {
  if (variableOf(planning, functionId, key)) return [];
  const apply = async () => create(planning, functionId, { key, value: await value(), secret: false });
  return [{ area: 'variable', action: 'create', subject: `variable ${functionId}.${key}`, why: 'is missing', apply }];
}

/**
 * One secret for all, made once. Nobody can read it back, so a function that lacks it can only be given
 * one that is said, or all of them a new one; before anything was ever deployed that costs nobody anything.
 */
function planSecret(planning: Planning): Change[] {
  const { declared, live, wish } = planning;
  const needing = declared.functions.filter(needsSecret).map(({ $id }) => $id);
  const lacking = needing.filter((id) => !variableOf(planning, id, SECRET));
  if (wish.renewSecret) {
    return newSecret(planning, needing, wish.previousSecret ? 'is renewed' : 'is renewed: everybody signs in again');
  }
  if (lacking.length === 0) return [];
  const inUse = live.functions.some(({ deploymentId, $id }) => deploymentId !== '' && !lacking.includes($id));
  if (!inUse) return newSecret(planning, needing, 'is missing');
  const readable = needing.map((id) => variableOf(planning, id, SECRET)?.value).find((value) => value);
  const said = wish.tokenSecret ?? readable;
  return lacking.map((id) => {
    const about = { area: 'variable', subject: `variable ${id}.${SECRET}` } as const;
    if (said !== undefined)
      return {
        ...about,
        action: 'create',
        why: 'is missing',
        apply: () => setSecret(planning, id, { key: SECRET, value: said }),
      };
    const why = `is missing, and that of the other functions cannot be read. Run with ${SECRET} set to the one in use, or with --renew-secret: everybody signs in again`;
    return { ...about, action: 'blocked', why, apply: async () => {} };
  });
}

function newSecret(planning: Planning, ids: readonly string[], why: string): Change[] {
  const { renewSecret, previousSecret, tokenSecret = randomBytes(48).toString('base64url') } = planning.wish;
  const values: [key: string, value: string][] = [[SECRET, tokenSecret]];
  if (renewSecret && previousSecret) values.push([PREVIOUS, previousSecret]);
  return ids.flatMap((id) =>
    values.map(([key, value]) => ({
      area: 'variable' as const,
      action: variableOf(planning, id, key) ? ('update' as const) : ('create' as const),
      subject: `variable ${id}.${key}`,
      why: key === PREVIOUS ? 'keeps older tokens good' : why,
      apply: () => setSecret(planning, id, { key, value }),
    })),
  );
}

type Secret = { key: string; value: string };

async function setSecret(planning: Planning, functionId: string, { key, value }: Secret): Promise<void> {
  const weakness = weaknessOf(value);
  if (weakness) throw new Error(`${key} ${weakness}`);
  const known = variableOf(planning, functionId, key);
  if (!known) return create(planning, functionId, { key, value, secret: true });
  await planning.remote.functions.updateVariable({ functionId, variableId: known.$id, key, value });
}

type NewVariable = { key: string; value: string; secret: boolean };

async function create({ remote }: Planning, functionId: string, variable: NewVariable): Promise<void> {
  await remote.functions.createVariable({ functionId, variableId: ID.unique(), ...variable });
}
