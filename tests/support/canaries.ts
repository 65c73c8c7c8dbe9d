import * as z from 'zod/mini';
import { MINUTE } from '#shared/domain/clock.ts';
import type { Answer } from './send.ts';

/** A project and its key. */
type ProjectAccess = { endpoint: string; projectId: string; apiKey: string };

/** Texts that answers or logs must not contain. Each has a name, so that a failure does not print it either. */
export type Canaries = {
  /** A secret that was just given to a client, and that no other answer may contain. */
  add(name: string, secret: string): void;
  /** A text such as an address that its owner may read, but that no log may contain. */
  keepFromLogs(name: string, text: string): void;
  /** Throws when an answer contains one of the secrets. */
  check(what: string, answer: Answer): void;
  /** Throws when a function has logged one of the secrets or texts since the watch began. */
  checkLogs(access: ProjectAccess): Promise<void>;
};

const PATTERNS: Readonly<Record<string, RegExp>> = {
  'a password hash': /\$2[aby]\$\d\d\$/,
  'a key of an execution': /(?:ephemeral|dynamic)_ey/,
  'a key of the runtime': /Basic b3By/,
};

const ExecutionPage = z.object({ executions: z.array(z.object({ logs: z.string(), errors: z.string() })) });
const FunctionPage = z.object({ functions: z.array(z.object({ $id: z.string() })) });

function secretsIn(text: string, secrets: ReadonlyMap<string, string>): string[] {
  const byPattern = Object.entries(PATTERNS).filter(([, pattern]) => pattern.test(text));
  const bySecret = [...secrets].filter(([secret]) => text.includes(secret));
  return [...byPattern.map(([name]) => name), ...bySecret.map(([, name]) => name)];
}

/** What the function has logged since this moment, in milliseconds. */
async function logsOf(access: ProjectAccess, functionId: string, since: number): Promise<string[]> {
  const lines: string[] = [];
  const headers = { 'x-appwrite-project': access.projectId, 'x-appwrite-key': access.apiKey };
  for (let offset = 0; ; offset += 100) {
    const queries = [
      { method: 'greaterThan', attribute: '$createdAt', values: [new Date(since).toISOString()] },
      { method: 'limit', values: [100] },
      { method: 'offset', values: [offset] },
    ].map((query, index) => `queries[${index}]=${encodeURIComponent(JSON.stringify(query))}`);
    const url = `${access.endpoint}/functions/${functionId}/executions?${queries.join('&')}`;
    const { executions } = z.parse(ExecutionPage, await (await fetch(url, { headers })).json());
    lines.push(...executions.flatMap(({ logs, errors }) => [logs, errors]));
    if (executions.length < 100) return lines;
  }
}

async function functionsOf({ endpoint, projectId, apiKey }: ProjectAccess): Promise<string[]> {
  const headers = { 'x-appwrite-project': projectId, 'x-appwrite-key': apiKey };
  const { functions } = z.parse(FunctionPage, await (await fetch(`${endpoint}/functions`, { headers })).json());
  return functions.map(({ $id }) => $id);
}

/** Checks answers and logs for these secrets, given by name, and for those that are added later. */
export function watchForSecrets(secrets: Readonly<Record<string, string>>): Canaries {
  const watched = new Map(Object.entries(secrets).map(([name, secret]) => [secret, name]));
  const keptFromLogs = new Map<string, string>();
  // A minute before, in case the server's clock is behind.
  const since = Date.now() - MINUTE;
  return {
    keepFromLogs: (name, text) => void keptFromLogs.set(text, name),
    add: (name, secret) => void watched.set(secret, name),
    check(what, { text, headers }) {
      const found = secretsIn(`${text}\n${JSON.stringify(headers)}`, watched);
      if (found.length > 0) throw new Error(`${what} answered with ${found.join(', ')}`);
    },
    async checkLogs(access) {
      for (const id of await functionsOf(access)) {
        const found = (await logsOf(access, id, since)).flatMap((line) =>
          secretsIn(line, new Map([...watched, ...keptFromLogs])),
        );
        if (found.length > 0) throw new Error(`the function ${id} logged ${[...new Set(found)].join(', ')}`);
      }
    },
  };
}
