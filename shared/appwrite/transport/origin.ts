import * as net from 'node:net';
import type { AnswerHeaders } from './answer-head.ts';
import { Connection } from './connection.ts';

/** Longer than pauses between executions, shorter than proxies wait; an earlier `Keep-Alive: timeout` is heeded. */
const CONNECTION_KEPT_MS = 55_000;
const MOST_KEPT = 256;

export type TlsWish = { rejectUnauthorized: boolean };

/** A server and the connections to it that serve nobody at the moment. */
export class Origin {
  readonly host: string;
  readonly #url: URL;
  readonly #tls: TlsWish;
  readonly #kept: Connection[] = [];
  /** With it a further connection needs less of a handshake. */
  #session: Buffer | undefined;

  constructor(url: URL, tls: TlsWish) {
    this.host = url.host;
    this.#url = url;
    this.#tls = tls;
  }

  /** The connection that served last, as it is the likeliest to be alive; undefined when there is none. */
  takeKept(): Connection | undefined {
    for (let last = this.#kept.pop(); last !== undefined; last = this.#kept.pop()) {
      if (last.isUsable) return last;
      last.destroy();
    }
    return undefined;
  }

  async connect(): Promise<Connection> {
    const { hostname, port, protocol } = this.#url;
    const host = hostname.replace(/^\[|\]$/g, '');
    const where = { host, noDelay: true, keepAlive: true };
    if (protocol === 'http:') return new Connection(net.connect({ ...where, port: Number(port || 80) }), 'connect');
    const tls = await import('node:tls');
    const servername = net.isIP(host) === 0 ? { servername: host } : {};
    const secure = { ...this.#tls, ...servername, session: this.#session, ALPNProtocols: ['http/1.1'] };
    const socket = tls.connect({ ...where, ...secure, port: Number(port || 443) });
    socket.on('session', (session) => {
      this.#session = session;
    });
    return new Connection(socket, 'secureConnect');
  }

  keep(connection: Connection, { 'keep-alive': hint = '' }: AnswerHeaders): void {
    const seconds = /\btimeout=(\d{1,6})/i.exec(hint)?.[1];
    // A second earlier than the server, which would end it while a request is on the way.
    connection.release(seconds ? Math.min(CONNECTION_KEPT_MS, (Number(seconds) - 1) * 1000) : CONNECTION_KEPT_MS);
    this.#kept.push(connection);
    // Those at the start have lain there for longest.
    while (this.#kept.length > MOST_KEPT || this.#kept[0]?.isUsable === false) this.#kept.shift()?.destroy();
  }

  /** After a restart of the server all of them are dead. */
  dropKept(): void {
    for (const connection of this.#kept.splice(0)) connection.destroy();
  }
}
