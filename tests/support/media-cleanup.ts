import { cleanUp } from '#functions/media-cleanup/clean-up.ts';
import { readStorageConfig } from '#shared/config.ts';
import { createDeletionFunction } from '#shared/http/trigger.ts';
import type { Service } from './harness.ts';

type Call = { headers?: Record<string, string>; body?: string };
type Reply = { status: number; text: string };

/** Calls media-cleanup in this process as only the platform can: with any headers and body. */
export async function callCleanup({ local }: Service, { headers = {}, body = '' }: Call): Promise<Reply> {
  const config = readStorageConfig({
    APPWRITE_FUNCTION_API_ENDPOINT: local.endpoint,
    APPWRITE_FUNCTION_PROJECT_ID: local.projectId,
  });
  const reply: Reply = { status: 0, text: '' };
  await createDeletionFunction(
    cleanUp,
    () => config,
  )({
    req: {
      method: 'POST',
      path: '/',
      queryString: '',
      headers: { 'x-appwrite-key': local.apiKey, ...headers },
      bodyBinary: Buffer.from(body),
    },
    res: { send: (text: string, status: number) => Object.assign(reply, { status, text }) },
    log: () => undefined,
    error: () => undefined,
  });
  return reply;
}

/** The event of a deleted row, as the platform sends it. */
export function deletion(rowId: string, name = `databases.main.tables.complaints.rows.${rowId}.delete`): Call {
  const headers = { 'x-appwrite-trigger': 'event', 'x-appwrite-event': name, 'content-type': 'application/json' };
  return { headers, body: JSON.stringify({ $id: rowId, $tableId: 'complaints', $databaseId: 'main' }) };
}
