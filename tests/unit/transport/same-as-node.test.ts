import * as http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Exchange, exchange } from '#shared/appwrite/transport/exchange.ts';
import { fuzzRuns, fuzzTimeout, type Random, seededRandom } from '../../support/seeded-random.ts';
import { type ByteServer, startByteServer } from './byte-server.ts';

type Read = { status: number; headers: Record<string, string>; body: string };

const SEEDS = [
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"total":"12"}',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n6\r\n{"a":1\r\n1\r\n}\r\n0\r\nx-t: u\r\n\r\n',
  'HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno',
  'HTTP/1.0 500 Oh\r\nserver: x\r\n\r\nuntil the end',
] as const;
const PARTS: [string, ...string[]] = [
  '\r\n',
  '\r',
  '\n',
  ' ',
  '\t',
  ':',
  '0',
  '1',
  ';',
  '\0',
  'chunked',
  'Content-Length: 3\r\n',
  ',',
  'é',
  '-',
];

let server: ByteServer;
let next: Buffer = Buffer.alloc(0);
beforeAll(async () => {
  server = await startByteServer((socket) => {
    const cut = Math.floor(next.length / 2);
    socket.write(next.subarray(0, cut));
    setImmediate(() => socket.end(next.subarray(cut)));
  });
});
afterAll(() => server.close());

function mutated(random: Random): Buffer {
  let text: string = random.pick(SEEDS);
  for (let count = random.below(3); count >= 0; count -= 1) {
    const [from, length] = [random.below(text.length), random.below(4)];
    text = text.slice(0, from) + (random.chance(0.7) ? random.pick(PARTS) : '') + text.slice(from + length);
  }
  return Buffer.from(text, 'latin1');
}

function readByNode(url: string): Promise<Read> {
  return new Promise((resolve, reject) => {
    const outgoing = http.get(url, { agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const headers = Object.fromEntries(
          Object.entries(incoming.headersDistinct).map(([name, values = []]) => [name, values.join(', ')]),
        );
        if (!incoming.complete) reject(new Error('broke off'));
        resolve({ status: incoming.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString('latin1') });
      });
    });
    outgoing.on('error', reject);
    outgoing.on('upgrade', () => reject(new Error('another protocol')));
  });
}

async function readByUs(url: string): Promise<Read> {
  const call: Exchange = { method: 'GET', url, headers: {}, chunks: [], limitMs: 2000 };
  const { status, headers, body } = await exchange(call);
  return { status, headers: { ...headers }, body: body.toString('latin1') };
}

describe('answers that were tampered with', () => {
  it(
    'are read as Node reads them, or refused',
    async () => {
      const random = seededRandom(20261125);
      const counts = { same: 0, refusedByUs: 0, refusedByBoth: 0 };
      for (let run = 0; run < fuzzRuns(400); run += 1) {
        next = mutated(random);
        const [ours, theirs] = [
          await readByUs(server.url).catch(() => undefined),
          await readByNode(server.url).catch(() => undefined),
        ];
        if (ours) expect(ours, JSON.stringify(next.toString('latin1'))).toEqual(theirs);
        if (ours) counts.same += 1;
        else if (theirs) counts.refusedByUs += 1;
        else counts.refusedByBoth += 1;
      }
      // Whoever refuses everything is right at no price: most of what Node reads has to be read.
      expect(counts.same).toBeGreaterThan(counts.refusedByUs * 3);
      expect(counts.refusedByBoth).toBeGreaterThan(0);
    },
    fuzzTimeout(20),
  );
});
