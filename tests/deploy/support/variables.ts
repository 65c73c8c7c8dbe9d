import type { DeployedProject } from './project.ts';

/** Throws when the function has no such variable. */
export async function idOfVariable(project: DeployedProject, functionId: string, key: string): Promise<string> {
  const { variables } = await project.remote.functions.listVariables({ functionId });
  const found = variables.find((variable) => variable.key === key);
  if (!found) throw new Error(`${functionId} has no ${key}`);
  return found.$id;
}
