import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ByteServer {
  url: string;
  /** Every connection ever made to it. */
  sockets: Socket[];
  close(): void;
}

/** `connection` counts from 1. */
type OnData = (socket: Socket, data: Buffer, connection: number) => void;

export const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** A server of bytes: what HTTP servers do when they break. */
export async function startByteServer(onData: OnData): Promise<ByteServer> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const connection = sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => onData(socket, data, connection));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** One for the test that runs, with which it ends. */
export async function serveBytes(onData: OnData): Promise<ByteServer> {
  const server = await startByteServer(onData);
  onTestFinished(() => server.close());
  return server;
}
