import type { IncomingHttpHeaders } from 'node:http';

export type Header = { name: string; value: string };

/** An execution as the API shows it. */
export type Execution = {
  $id: string;
  $createdAt: string;
  $updatedAt: string;
  $permissions: string[];
  functionId: string;
  deploymentId: string;
  trigger: 'http' | 'schedule' | 'event';
  status: 'waiting' | 'processing' | 'completed' | 'failed' | 'scheduled';
  requestMethod: string;
  requestPath: string;
  requestHeaders: Header[];
  responseStatusCode: number;
  responseBody: string;
  responseHeaders: Header[];
  logs: string;
  errors: string;
  duration: number;
  scheduledAt: string | null;
};

export function newExecution(base: Pick<Execution, '$id' | 'functionId' | 'trigger'>, date: string): Execution {
  return {
    $createdAt: date,
    $updatedAt: date,
    $permissions: [],
    deploymentId: '',
    status: 'processing',
    requestMethod: 'POST',
    requestPath: '/',
    requestHeaders: [],
    responseStatusCode: 0,
    responseBody: '',
    responseHeaders: [],
    logs: '',
    errors: '',
    duration: 0,
    scheduledAt: null,
    ...base,
  };
}

/** Only these request headers are stored with an execution. */
export function keptRequestHeaders(headers: Record<string, string>): Header[] {
  return kept(headers, ['content-type', 'agent', 'content-length', 'host', 'x-appwrite-client-ip']);
}

export function keptResponseHeaders(headers: IncomingHttpHeaders): Header[] {
  return kept(headers, ['content-type', 'content-length']);
}

function kept(headers: IncomingHttpHeaders, names: readonly string[]): Header[] {
  return Object.entries(headers)
    .filter(([name]) => names.includes(name.toLowerCase()))
    .map(([name, value]) => ({ name, value: String(value) }));
}
