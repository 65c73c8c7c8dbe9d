const readAndWrite = `project keys platforms mocks policies templates users sessions teams databases tables columns
  indexes rows collections attributes documents buckets files tokens functions executions execution sites log providers
  topics subscribers targets messages rules webhooks migrations schedules vcs`.split(/\s+/);
const readOnly = ['locale', 'avatars', 'health', 'assistant'];

/** Scopes that a key or a function can have. `public`, `account` and those of the console cannot be given. */
export const projectScopes: readonly string[] = [
  ...readAndWrite.flatMap((name) => [`${name}.read`, `${name}.write`]),
  ...readOnly.map((name) => `${name}.read`),
];
