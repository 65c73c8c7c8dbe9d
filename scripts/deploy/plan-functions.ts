import { ProjectKeyScopes, Runtime } from 'node-appwrite';
import { type Change, differences, type Planning } from './change.ts';
import type { DeclaredFunction } from './declaration.ts';

/** Creates functions without code: appwrite-cli 12 cannot create one with a key alone, but can push code to it. */
export function planFunctions(planning: Planning): Change[] {
  return planning.declared.functions.flatMap((fn) => planFunction(planning, fn));
}

function planFunction({ remote: { functions }, live }: Planning, fn: DeclaredFunction): Change[] {
  const subject = `function ${fn.$id}`;
  const known = live.functions.find(({ $id }) => $id === fn.$id);
  if (!known) {
    const apply = async () => void (await functions.create(settingsOf(fn)));
    return [{ area: 'function', subject, action: 'create', why: 'is missing', apply }];
  }
  const faults = differences(known, comparedOf(fn));
  if (faults.length === 0) return [];
  const apply = async () => void (await functions.update(settingsOf(fn)));
  return [{ area: 'function', subject, action: 'update', why: faults.join('; '), apply }];
}

function comparedOf({
  $id: _id,
  path: _path,
  ignore: _ignore,
  parts: _parts,
  specification,
  ...settings
}: DeclaredFunction) {
  return { ...settings, buildSpecification: specification, runtimeSpecification: specification };
}

/** All settings of a function, since an update resets missing ones to their defaults. */
function settingsOf(fn: DeclaredFunction) {
  const { $id, runtime, scopes, ...settings } = fn;
  const { name, execute, events, schedule, timeout, enabled, logging, entrypoint, commands, specification } = settings;
  return {
    functionId: $id,
    ...{ name, execute, events, schedule, timeout, enabled, logging, entrypoint, commands },
    buildSpecification: specification,
    runtimeSpecification: specification,
    runtime: known(Runtime, runtime, `${$id}: runtime`),
    scopes: scopes.map((scope) => known(ProjectKeyScopes, scope, `${$id}: scope`)),
  };
}

function known<T extends string>(all: Record<string, T>, text: string, what: string): T {
  const found = Object.values(all).find((value) => value === text);
  if (found === undefined) throw new Error(`${what} ${text} is unknown to Appwrite`);
  return found;
}
