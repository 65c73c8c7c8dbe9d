/** One call to Appwrite as it was made; `path` is without the endpoint. */
export type PlannedCall = { method: string; path: string; type: string; body: string };
export type PlannedRequest = { method: string; path: string; headers: Record<string, string>; body: string };

/** What a request of the API costs: its calls, those side by side in one stage, and what came back. Bodies are base64. */
export type PlannedOperation = {
  functionId: string;
  request: PlannedRequest;
  status: number;
  stages: PlannedCall[][];
  answers: Record<string, PlannedAnswer>;
  reply: string;
};

export type PlannedAnswer = { status: number; type: string; body: string };

/** What was recorded once and is played back to all contestants. */
export type Plan = {
  projectId: string;
  key: string;
  settings: Record<string, string>;
  login: { password: string; hash: string };
  operations: Record<string, PlannedOperation>;
};

const IDS = /(\/(?:rows|files|transactions|tokens)\/)[\w-]{15,}/g;

/** The same for calls that ask the same: ids in paths are left out, of queries what they compare with `equal` is not. */
export function callKey(method: string, url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://stub');
  const shape = [...searchParams].map(([name, value]) => (name.startsWith('queries') ? shapeOf(value) : name));
  return `${method} ${pathname.replace(IDS, '$1*')} ${shape.sort().join(' ')}`;
}

function shapeOf(query: string): string {
  const { method, attribute, values }: { method: string; attribute?: string; values?: unknown[] } = JSON.parse(query);
  return `${method}:${attribute ?? ''}${method === 'equal' ? values?.join() : ''}`;
}

export function decoded(body: string): Buffer {
  return Buffer.from(body, 'base64');
}
