import type { AddressInfo, Server } from 'node:net';

/** Listens on loopback and says on standard output where, which is what `startNode` waits for. */
export function tellPort(server: Server): void {
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
}
