/**
 * Runs the work with these variables and then restores the environment exactly, also what the work has removed. Keeps
 * the object `process.env`, since others may have a reference to it. Not for work at the same time.
 */
export async function withEnvironment<T>(variables: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}
