/**
 * The process a function lives in on the platform, as far as time is concerned: it loads what the Open Runtimes server
 * for Node loads (micro, superjson), and answers by the same contract as the local Appwrite's host.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { answer } from 'local-appwrite/runtime';
import { buffer, run } from 'micro';
import { tellPort } from './tell-port.ts';

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const body = await buffer(request, { limit: '20mb' });
  return typeof body === 'string' ? Buffer.from(body) : body;
}

const server = createServer((request, response) => {
  void run(request, response, () => answer(request, response, readBody));
});
void import('superjson').then(() => tellPort(server));
