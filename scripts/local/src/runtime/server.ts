/**
 * The process one function lives in: the Open Runtimes v5 contract for Node, over a loopback port that only
 * the parent knows. It ends with its parent, however that one ends.
 */
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer } from './answer.ts';
import { keepCompiled } from './compile-cache.ts';

const answered = keepCompiled();

// `import` of node:http loads Node's web client as well, 22 ms of each start. The real runtime uses `require`, which does not.
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
// The parent closes idle connections after the five seconds that the header tells. If this end closed one just when it is
// used again, a request would be lost, so it waits ten minutes longer.
server.keepAliveTimeoutBuffer = 600_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});
