import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface ByteServer {
  url: string;
  /** Every connection ever made to it. */
  sockets: Socket[];
  close(): void;
}

/** A server of bytes: what HTTP servers do when they break. `connection` counts from 1. */
export async function startByteServer(
  onData: (socket: Socket, data: Buffer, connection: number) => void,
): Promise<ByteServer> {
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
