import type { LayoutDeclaration } from '../project/layout.ts';
import type { Declaration } from './declaration.ts';
import type { Live } from './live.ts';
import type { Remote } from './remote.ts';

export type Area = 'database' | 'grants' | 'bucket' | 'function' | 'domain' | 'variable' | 'code' | 'data' | 'layout';

/** One difference between the declaration and the project, and how to apply it. */
export type Change = {
  area: Area;
  /** `keep`: undeclared and not changed. `blocked`: a person must decide. */
  action: 'create' | 'update' | 'push' | 'destroy' | 'keep' | 'blocked';
  subject: string;
  /** The difference in words, for both the plan and the doctor. */
  why: string;
  /** What is lost permanently; set for every `destroy`. */
  loses?: string;
  /** The option that allows it; by default `--allow-destructive`. */
  allowedBy?: string;
  apply(): Promise<void>;
};

export type DeployRequest = {
  /** `--allow-destructive` was given. */
  allowDestructive: boolean;
  /** Sets a new token secret on all functions, which logs everybody out. */
  renewSecret: boolean;
  /** The secret to set where one is missing, by default a random one. A secret that is set cannot be read back. */
  tokenSecret: string | undefined;
  /** The present secret, if known; tokens that it has signed stay valid after the rotation. */
  previousSecret: string | undefined;
  functionsHost: string | undefined;
  /** Values of secret variables by name, since those cannot be read from the functions. */
  secrets?: Readonly<Record<string, string | undefined>>;
  /** Removes the functions of the other layout once those of this one have proved that they serve. */
  removeOtherLayout?: boolean;
};

/** The request of a deployment without options. */
export const WITHOUT_OPTIONS: DeployRequest = {
  allowDestructive: false,
  renewSecret: false,
  tokenSecret: undefined,
  previousSecret: undefined,
  functionsHost: undefined,
};

/** The input of a plan. */
export type Planning = { remote: Remote; declared: LayoutDeclaration; live: Live; request: DeployRequest };

export const databaseOf = ({ tablesDB }: Declaration): string => tablesDB[0]?.$id ?? '';

const nothing = async () => {};

/** An undeclared thing: it is kept, or destroyed if that is allowed. */
export function keepOrDestroy(change: Omit<Change, 'action' | 'why'>, { allowDestructive }: DeployRequest): Change {
  const why = 'is not declared';
  return allowDestructive ? { ...change, why, action: 'destroy' } : { ...change, why, action: 'keep', apply: nothing };
}

/** A difference that can only be removed by destroying and creating again. */
export function blockOrReplace(change: Omit<Change, 'action'>, { allowDestructive }: DeployRequest): Change {
  return allowDestructive ? { ...change, action: 'destroy' } : { ...change, action: 'blocked', apply: nothing };
}

/** `name is A, declared is B` for every setting that differs. */
export function differences(live: Record<string, unknown>, declared: Record<string, unknown>): string[] {
  return Object.entries(declared)
    .filter(([name, wanted]) => asJson(live[name]) !== asJson(wanted))
    .map(([name, wanted]) => `${name} is ${asJson(live[name])}, declared is ${asJson(wanted)}`);
}

/** A value as JSON; the order of a list has no meaning in the settings that are compared. */
function asJson(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? value.map(String).sort() : (value ?? null));
}
