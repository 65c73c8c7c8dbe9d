/** Contestant (a): node:http and nothing else. */
import { createServer } from 'node:http';
import { playByHand } from './by-hand.ts';
import { tellPort } from './tell-port.ts';

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
tellPort(server);
