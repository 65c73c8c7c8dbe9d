import type { World } from './project.ts';

/** Throws when the function has no such variable. */
export async function idOfVariable(world: World, functionId: string, key: string): Promise<string> {
  const { variables } = await world.remote.functions.listVariables({ functionId });
  const found = variables.find((variable) => variable.key === key);
  if (!found) throw new Error(`${functionId} has no ${key}`);
  return found.$id;
}
