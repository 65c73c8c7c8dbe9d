/** Contestant (c): what most would write, Fastify with node-appwrite and bcryptjs as they come. It checks queries and bodies. */
import { readFileSync } from 'node:fs';
import multipart from '@fastify/multipart';
import { compare } from 'bcryptjs';
import fastify, { type FastifyReply } from 'fastify';
import { Client, Storage } from 'node-appwrite';
import { InputFile } from 'node-appwrite/file';
import { decoded, type Plan, type PlannedCall } from '../plan.ts';
import { ANSWERS, type Rows } from './answers-by-hand.ts';

const plan: Plan = JSON.parse(readFileSync(process.env.BENCH_PLAN ?? '', 'utf8'));
const endpoint = process.env.BENCH_ENDPOINT ?? '';
const client = new Client().setEndpoint(endpoint).setProject(plan.projectId).setKey(plan.key);
const storage = new Storage(client);

function call({ method, path, body }: PlannedCall, file?: Buffer): Promise<unknown> {
  const url = new URL(`${endpoint}${path}`);
  if (file && path.startsWith('/storage')) {
    const fileId = `${'x'.repeat(20)}-0`;
    return storage.createFile({ bucketId: 'media', fileId, file: InputFile.fromBuffer(file, 'photo.jpg') });
  }
  if (method !== 'GET')
    return client.call(method, url, { 'content-type': 'application/json' }, JSON.parse(String(decoded(body)) || '{}'));
  const queries = [...url.searchParams].filter(([name]) => name.startsWith('queries')).map(([, query]) => query);
  const total = url.searchParams.has('total') ? { total: 0 } : {};
  url.search = '';
  return client.call(method, url, {}, { queries, ...total });
}

async function play(name: string, reply: FastifyReply, sent: { file?: Buffer; password?: string } = {}): Promise<void> {
  const operation = plan.operations[name];
  const said: unknown[] = [];
  for (const [index, stage] of (operation?.stages ?? []).entries()) {
    said.push(...(await Promise.all(stage.map((planned) => call(planned, sent.file)))));
    if (index === 0 && sent.password) await compare(sent.password, plan.login.hash);
  }
  const answer = ANSWERS[name]?.(said as Rows[]) ?? JSON.parse(operation?.reply ?? '{}');
  await reply.code(operation?.status ?? 500).send(answer);
}

const text = { type: 'string', minLength: 1, maxLength: 200 };
const server = fastify({ bodyLimit: 12 * 1024 * 1024 });
await server.register(multipart, { limits: { fileSize: 4 * 1024 * 1024 } });
const Query = { type: 'object', properties: { id: text, limit: { type: 'integer' } }, additionalProperties: false };
const Login = { type: 'object', required: ['username', 'password'], properties: { username: text, password: text } };
const Change = { type: 'object', required: ['id'], properties: { id: text, status: text, note: text } };
server.get<{ Querystring: { id?: string } }>('/complain', { schema: { querystring: Query } }, (request, reply) =>
  play(request.query.id === undefined ? 'list' : 'detail', reply),
);
server.post<{ Body: { password: string } }>('/login', { schema: { body: Login } }, (request, reply) =>
  play('login', reply, { password: request.body.password }),
);
server.put('/complain', { schema: { body: Change } }, (_request, reply) => play('change', reply));
server.post('/complain', async (request, reply) => {
  const file = await request.file();
  if (file) await play('photo', reply, { file: await file.toBuffer() });
});
const url = await server.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${new URL(url).port}\n`);
