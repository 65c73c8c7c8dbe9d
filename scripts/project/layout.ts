import type { Declaration, DeclaredFunction } from '../deploy/declaration.ts';
import { isPublic } from '../deploy/declaration.ts';
import { UsageError } from './command.ts';

/**
 * How the product is divided into functions. `groups`: one for each group of endpoints and each background job, as
 * appwrite.json declares them. `compact`: two functions with the same code, `api` and `background`.
 */
export const LAYOUTS = ['groups', 'compact'] as const;
export type Layout = (typeof LAYOUTS)[number];

export const API = 'api';
export const BACKGROUND = 'background';

/** The declaration of one layout; `others` are the functions of the other layout only. */
export type LayoutDeclaration = Declaration & { layout: Layout; others: readonly DeclaredFunction[] };

/** Reads the value of `--layout`; undefined when it was not given. Throws UsageError. */
export function readLayout(text: string | undefined): Layout | undefined {
  if (text === undefined) return undefined;
  const layout = LAYOUTS.find((known) => known === text);
  if (!layout) throw new UsageError(`--layout must be ${LAYOUTS.join(' or ')}, not "${text}"`);
  return layout;
}

/** The declaration of a layout, derived from the groups that appwrite.json declares. */
export function declarationFor(declared: Declaration, layout: Layout): LayoutDeclaration {
  const compact = [
    merge(API, declared.functions.filter(isPublic)),
    merge(
      BACKGROUND,
      declared.functions.filter((fn) => !isPublic(fn)),
    ),
  ];
  const [functions, others] = layout === 'compact' ? [compact, declared.functions] : [declared.functions, compact];
  return { ...declared, layout, functions, others };
}

/** Merges functions into one with the union of their scopes and events. Throws when other settings differ. */
function merge(id: string, members: readonly DeclaredFunction[]): DeclaredFunction {
  const union = (key: 'execute' | 'events' | 'scopes') => [...new Set(members.flatMap((member) => member[key]))];
  return {
    $id: id,
    name: id,
    runtime: commonSetting(members, 'runtime'),
    specification: commonSetting(members, 'specification'),
    path: `functions/${id}/dist`,
    entrypoint: commonSetting(members, 'entrypoint'),
    commands: commonSetting(members, 'commands'),
    execute: union('execute'),
    events: union('events'),
    schedule: commonSchedule(members.map(({ schedule }) => schedule)),
    scopes: union('scopes'),
    timeout: Math.max(...members.map(({ timeout }) => timeout)),
    enabled: commonSetting(members, 'enabled'),
    logging: commonSetting(members, 'logging'),
    parts: members.map(({ $id }) => $id),
  };
}

type CommonSetting = 'runtime' | 'specification' | 'entrypoint' | 'commands' | 'enabled' | 'logging';

function commonSetting<K extends CommonSetting>(members: readonly DeclaredFunction[], key: K): DeclaredFunction[K] {
  const [first, ...rest] = members;
  const other = rest.find((member) => member[key] !== first?.[key]);
  if (!first || other) {
    throw new Error(
      `The layout compact needs the same ${key} for ${members.map(({ $id }) => $id).join(', ')} in appwrite.json.`,
    );
  }
  return first[key];
}

/**
 * The minutes between two runs of a schedule: 1 for `* * * * *`, n for one that runs every n minutes. Throws for any
 * other schedule, which cannot be merged.
 */
export function minutesBetween(schedule: string): number {
  const [, step = '1'] = /^\*(?:\/([1-9]\d?))? \* \* \* \*$/.exec(schedule) ?? [undefined, ''];
  if (step === '')
    throw new Error(`The schedule ${schedule} must be of the form */10 * * * * to be merged with others.`);
  return Number(step);
}

/** The one schedule that includes every run of all of them; '' when there is none. */
function commonSchedule(schedules: readonly string[]): string {
  const steps = schedules.filter((schedule) => schedule !== '').map(minutesBetween);
  if (steps.length === 0) return '';
  const step = steps.reduce(greatestCommonDivisor);
  return step === 1 ? '* * * * *' : `*/${step} * * * *`;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The layouts that contain at least one of these functions. */
export function layoutsOf(functionIds: readonly string[], declared: Declaration): Layout[] {
  return LAYOUTS.filter((layout) =>
    declarationFor(declared, layout).functions.some(({ $id }) => functionIds.includes($id)),
  );
}
