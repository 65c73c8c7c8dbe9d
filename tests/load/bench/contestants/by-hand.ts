/** The operations over node:http alone: about the least that a function can do. */
import { Agent, request } from 'node:http';
import { type Appwrite, handWritten, type Row } from './operations.ts';

type Body = { type: string; bytes: Buffer };

const endpoint = process.env.APPWRITE_FUNCTION_API_ENDPOINT ?? '';
const project = process.env.APPWRITE_FUNCTION_PROJECT_ID ?? '';
const agent = new Agent({ keepAlive: true });

function call<T>(key: string, method: string, path: string, body?: Body): Promise<T> {
  const content = body ? { 'content-type': body.type, 'content-length': body.bytes.length } : {};
  const headers = { 'x-appwrite-project': project, 'x-appwrite-key': key, ...content };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${endpoint}${path}`, { method, agent, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const told = JSON.parse(Buffer.concat(chunks).toString() || 'null');
        if ((incoming.statusCode ?? 0) < 300) resolve(told);
        else reject(Object.assign(new Error(told.message), { type: told.type }));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body?.bytes);
  });
}

const json = (value: object): Body => ({ type: 'application/json', bytes: Buffer.from(JSON.stringify(value)) });

function upload(fileId: string, bytes: Uint8Array): Body {
  const boundary = 'a-boundary-that-no-photo-holds';
  const part = (name: string) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"`;
  const head = `${part('fileId')}\r\n\r\n${fileId}\r\n${part('file')}; filename="${fileId}.jpg"\r\n\r\n`;
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

function open(key: string): Appwrite {
  const rows = (tableId: string) => `/tablesdb/main/tables/${tableId}/rows`;
  return {
    async list(tableId, queries, total = false) {
      const asked = queries.map((query) => `queries[]=${encodeURIComponent(query)}`).join('&');
      const path = `${rows(tableId)}?${asked}${total ? '' : '&total=0'}`;
      return (await call<{ rows: Row[] }>(key, 'GET', path)).rows;
    },
    create: (tableId, rowId, data) => call(key, 'POST', rows(tableId), json({ rowId, data })),
    add(tableId, rowId, { column, by }) {
      const path = `${rows(tableId)}/${rowId}/${column}/${by === 1 ? 'increment' : 'decrement'}`;
      return call(key, 'PATCH', path, json({ value: 1 }));
    },
    begin: async () => (await call<Row>(key, 'POST', '/tablesdb/transactions', json({ ttl: 60 }))).$id,
    stage: (id, operations) => call(key, 'POST', `/tablesdb/transactions/${id}/operations`, json({ operations })),
    commit: (id) => call(key, 'PATCH', `/tablesdb/transactions/${id}`, json({ commit: true })),
    upload: (fileId, bytes) => call(key, 'POST', '/storage/buckets/media/files', upload(fileId, bytes)),
    fileToken: (fileId) => call(key, 'POST', `/tokens/buckets/media/files/${fileId}`, json({})),
  };
}

// biome-ignore lint/style/noDefaultExport: the runtime takes the default export.
export default handWritten(open);
