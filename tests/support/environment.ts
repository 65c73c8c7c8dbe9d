/**
 * Runs the work with these variables added to the environment. Afterwards it removes what was added and restores what
 * was changed or removed. `process.env` stays the same object, since vitest refers to it. Calls must not overlap.
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
