/**
 * The process of one function. It implements the Open Runtimes v5 contract for Node on a loopback port that only the
 * parent knows, and exits with the parent, even if that is killed.
 */
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer } from './answer.ts';
import { keepCompiled } from './compile-cache.ts';

const answered = keepCompiled();

// `import` of node:http also loads Node's web client, which takes 22 ms of each start. The real runtime uses `require`,
// which does not load it.
const { createServer } = process.getBuiltinModule('node:http');

const largestBody = 20 * 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > largestBody) throw new Error('Body exceeded 20mb limit');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const server = createServer((request, response) => {
  void answer(request, response, readBody).then(answered);
});
// The parent closes idle connections after five seconds, as the Keep-Alive header says. This end waits ten minutes
// longer: a request would be lost if it closed a connection that is just being reused.
server.keepAliveTimeoutBuffer = 600_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});
