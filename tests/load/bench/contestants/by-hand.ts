/** The operations over plain `fetch`, which is about the least that a function can do. */
import { type Appwrite, handWritten, type Row } from './operations.ts';

const endpoint = process.env.APPWRITE_FUNCTION_API_ENDPOINT ?? '';
const project = process.env.APPWRITE_FUNCTION_PROJECT_ID ?? '';

async function call<T>(key: string, method: string, path: string, content?: object): Promise<T> {
  const headers = { 'x-appwrite-project': project, 'x-appwrite-key': key, 'content-type': 'application/json' };
  const body = content === undefined ? {} : { body: JSON.stringify(content) };
  const response = await fetch(`${endpoint}${path}`, { method, headers, ...body });
  const answer = JSON.parse((await response.text()) || 'null');
  if (response.ok) return answer;
  throw Object.assign(new Error(answer.message), { type: answer.type });
}

function open(key: string): Appwrite {
  const rows = (tableId: string) => `/tablesdb/main/tables/${tableId}/rows`;
  return {
    async list(tableId, queries, total = false) {
      const asked = queries.map((query) => `queries[]=${encodeURIComponent(query)}`).join('&');
      return (await call<{ rows: Row[] }>(key, 'GET', `${rows(tableId)}?${asked}${total ? '' : '&total=0'}`)).rows;
    },
    create: (tableId, rowId, data) => call(key, 'POST', rows(tableId), { rowId, data }),
    add(tableId, rowId, { column, by }) {
      const path = `${rows(tableId)}/${rowId}/${column}/${by === 1 ? 'increment' : 'decrement'}`;
      return call(key, 'PATCH', path, { value: 1 });
    },
    begin: async () => (await call<Row>(key, 'POST', '/tablesdb/transactions', { ttl: 60 })).$id,
    stage: (id, operations) => call(key, 'POST', `/tablesdb/transactions/${id}/operations`, { operations }),
    commit: (id) => call(key, 'PATCH', `/tablesdb/transactions/${id}`, { commit: true }),
  };
}

// biome-ignore lint/style/noDefaultExport: the runtime takes the default export.
export default handWritten(open);
