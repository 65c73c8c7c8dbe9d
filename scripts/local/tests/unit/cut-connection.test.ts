import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { cutConnection } from '../../src/http/reply.ts';

const server = createServer({ allowHalfOpen: true });
afterEach(() => void server.close());

/** A client and the server's end of its connection. */
async function connected(): Promise<[client: Socket, accepted: Socket]> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  return [client, accepted];
}

it('a cut connection is reset', async () => {
  const [client, accepted] = await connected();
  const failed = once(client, 'error');
  cutConnection(accepted);
  expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
});

it('a connection whose client has left is closed without an error, so that the process can exit', async () => {
  const [client, accepted] = await connected();
  const errors: unknown[] = [];
  accepted.on('error', (error) => errors.push(error));
  accepted.resume();
  client.end();
  await once(accepted, 'end');
  accepted.end();
  const closed = once(accepted, 'close');
  cutConnection(accepted);
  await closed;
  expect(errors).toEqual([]);
});
