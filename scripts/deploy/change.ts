import type { LaidOut } from '../project/layout.ts';
import type { Declaration } from './declaration.ts';
import type { Live } from './live.ts';
import type { Remote } from './remote.ts';

export type Area = 'database' | 'grants' | 'bucket' | 'function' | 'domain' | 'variable' | 'code' | 'data' | 'layout';

/** One difference between what is declared and what exists, and how to apply it. */
export type Change = {
  area: Area;
  /** `keep`: not declared, and left alone. `blocked`: only a person can decide. */
  action: 'create' | 'update' | 'push' | 'destroy' | 'keep' | 'blocked';
  subject: string;
  /** The difference in words, for both the plan and the doctor. */
  why: string;
  /** What is lost permanently; always set with `destroy`. */
  loses?: string;
  /** The option that allows it; `--allow-destructive` when it is not given. */
  allowedBy?: string;
  apply(): Promise<void>;
};

export type Wish = {
  /** `--allow-destructive` was given. */
  allowDestructive: boolean;
  /** A new token secret for all functions: everybody has to sign in again. */
  renewSecret: boolean;
  /** The secret to set where one is missing; a random one otherwise. A secret that is set cannot be read back. */
  tokenSecret: string | undefined;
  /** The present secret, if known: tokens signed with it stay valid after the rotation. */
  previousSecret: string | undefined;
  functionsHost: string | undefined;
  /** Values of variables that are secret, by their names: they cannot be read from the functions that have them. */
  secrets?: Readonly<Record<string, string | undefined>>;
  /** Whether the functions of the other layout are removed once those of this one are proven. */
  removeOtherLayout?: boolean;
};

/** What a plan is made of. */
export type Planning = { remote: Remote; declared: LaidOut; live: Live; wish: Wish };

export const databaseOf = ({ tablesDB }: Declaration): string => tablesDB[0]?.$id ?? '';

const nothing = async () => {};

/** Not declared: kept, or destroyed when that was allowed. */
export function undeclared(change: Omit<Change, 'action' | 'why'>, { allowDestructive }: Wish): Change {
  const why = 'is not declared';
  return allowDestructive ? { ...change, why, action: 'destroy' } : { ...change, why, action: 'keep', apply: nothing };
}

/** A difference that only destroying and creating again can remove. */
export function replaced(change: Omit<Change, 'action'>, { allowDestructive }: Wish): Change {
  return allowDestructive ? { ...change, action: 'destroy' } : { ...change, action: 'blocked', apply: nothing };
}

/** `name is A, declared is B` for every setting that differs. */
export function differences(live: Record<string, unknown>, declared: Record<string, unknown>): string[] {
  return Object.entries(declared)
    .filter(([name, wanted]) => spell(live[name]) !== spell(wanted))
    .map(([name, wanted]) => `${name} is ${spell(live[name])}, declared is ${spell(wanted)}`);
}

/** The order of a list means nothing in the settings that are compared. */
function spell(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? value.map(String).sort() : (value ?? null));
}
