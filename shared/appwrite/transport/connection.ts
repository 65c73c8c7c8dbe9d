import type { Socket } from 'node:net';

/** Whom the bytes of a connection are for, until it is given back. */
export interface User {
  data(bytes: Buffer): void;
  /** Called at most once; without an error when the other side has simply ended it. */
  closed(error: NodeJS.ErrnoException | undefined): void;
}

/** A connection that serves one exchange after the other. What comes while it serves none ends it. */
export class Connection {
  readonly #socket: Socket;
  readonly #opening: 'connect' | 'secureConnect';
  #user: User | undefined;
  #served = false;
  /** Epoch milliseconds. */
  #keptUntil = 0;

  constructor(socket: Socket, opening: 'connect' | 'secureConnect') {
    this.#socket = socket;
    this.#opening = opening;
    let failure: NodeJS.ErrnoException | undefined;
    socket.on('data', (bytes: Buffer) => (this.#user ? this.#user.data(bytes) : socket.destroy()));
    socket.on('error', (error) => {
      failure = error;
    });
    socket.once('end', () => this.#ended(undefined));
    socket.once('close', () => this.#ended(failure));
  }

  /** Whether an exchange was served before: then the other side may have ended it in the meantime. */
  get served(): boolean {
    return this.#served;
  }

  get isUsable(): boolean {
    return !this.#socket.destroyed && !this.#socket.readableEnded && Date.now() < this.#keptUntil;
  }

  /** Sends once the connection, with TLS the other side's certificate too, is there. */
  send(user: User, head: string, chunks: readonly (Uint8Array | string)[]): void {
    this.#user = user;
    this.#socket.ref();
    if (this.#served) this.#write(head, chunks);
    else this.#socket.once(this.#opening, () => this.#write(head, chunks));
  }

  /** Ready for another; a request that was answered before it was sent in full has spoilt it. */
  release(keptMs: number): void {
    this.#user = undefined;
    this.#served = true;
    this.#keptUntil = Date.now() + keptMs;
    this.#socket.unref();
    if (this.#socket.writableLength > 0) this.#socket.destroy();
  }

  destroy(): void {
    this.#user = undefined;
    this.#socket.destroy();
  }

  #ended(error: NodeJS.ErrnoException | undefined): void {
    const user = this.#user;
    this.#user = undefined;
    user?.closed(error);
  }

  /** Head and text go in one piece: each piece is a system call. */
  #write(head: string, chunks: readonly (Uint8Array | string)[]): void {
    const [text] = chunks;
    if (chunks.length === 1 && typeof text === 'string') {
      this.#socket.write(head + text);
      return;
    }
    this.#socket.cork();
    this.#socket.write(head, 'latin1');
    for (const chunk of chunks) this.#socket.write(chunk);
    this.#socket.uncork();
  }
}
