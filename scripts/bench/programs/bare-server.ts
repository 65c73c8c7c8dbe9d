/** Contestant (a): node:http and nothing else. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { playByHand } from './by-hand.ts';

const play = playByHand(process.env.BENCH_PLAN ?? '', process.env.BENCH_ENDPOINT ?? '');

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const { status, text } = await play(request.method ?? '', request.url ?? '', Buffer.concat(chunks));
    response
      .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      .end(text);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
