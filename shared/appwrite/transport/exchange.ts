import { type Answer, AnswerReader } from './answer-reader.ts';
import type { Connection } from './connection.ts';
import { Origin, type TlsWish } from './origin.ts';
import { type RequestHeaders, requestHead } from './request-head.ts';
import { TransportError } from './transport-error.ts';

export type { Answer };

/** However it goes, a call is over after this long, and its connection with it. */
const LONGEST_CALL_MS = 20_000;

export interface Exchange {
  method: string;
  /** An absolute http or https address, percent-encoded. */
  url: string;
  headers: RequestHeaders;
  chunks: readonly (Uint8Array | string)[];
  limitMs?: number | undefined;
  tls?: TlsWish | undefined;
}

/** One request and its whole answer. A GET that met a connection the server had already closed is sent once more. */
export async function exchange(call: Exchange): Promise<Answer> {
  const { origin, target } = addressOf(call);
  const head = requestHead({ method: call.method, target, host: origin.host, headers: call.headers });
  const turn = { head, chunks: call.chunks, until: performance.now() + (call.limitMs ?? LONGEST_CALL_MS) };
  const kept = origin.takeKept();
  if (!kept) return converse(origin, await origin.connect(), turn);
  try {
    return await converse(origin, kept, turn);
  } catch (error) {
    if (call.method !== 'GET' || !(error instanceof StaleConnection)) throw error;
    origin.dropKept();
    return converse(origin, await origin.connect(), turn);
  }
}

class StaleConnection extends TransportError {
  constructor() {
    super('ECONNRESET', 'The connection was closed before an answer came');
  }
}

/** `until`: by the clock of performance.now(), so that a second try has what the first has left. */
type Turn = { head: string; chunks: Exchange['chunks']; until: number };

function converse(origin: Origin, connection: Connection, { head, chunks, until }: Turn): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const reader = new AnswerReader();
    let silent = true;
    const fail = (error: unknown) => {
      clearTimeout(limit);
      connection.destroy();
      reject(error);
    };
    const succeed = () => {
      clearTimeout(limit);
      const { answer } = reader;
      if (reader.staysOpen) origin.keep(connection, answer.headers);
      else connection.destroy();
      resolve(answer);
    };
    const late = () => fail(new TransportError('ETIMEDOUT', `No answer from ${origin.host} in time`));
    const limit = setTimeout(late, until - performance.now());
    const attempt = (step: () => void) => {
      try {
        step();
        if (reader.isWhole) succeed();
      } catch (error) {
        fail(error);
      }
    };
    const user = {
      data(bytes: Buffer) {
        silent = false;
        attempt(() => reader.feed(bytes));
      },
      closed(error: NodeJS.ErrnoException | undefined) {
        const cut = error === undefined || error.code === 'ECONNRESET' || error.code === 'EPIPE';
        if (silent && cut && connection.served) fail(new StaleConnection());
        else if (error) fail(error);
        else attempt(() => reader.end());
      },
    };
    connection.send(user, head, chunks);
  });
}

const origins = new Map<string, Origin>();

/** Of all addresses of an origin only the first is taken apart, which is slow work. */
function addressOf({ url, tls = { rejectUnauthorized: true } }: Exchange): { origin: Origin; target: string } {
  const pathStart = url.indexOf('/', 'https://'.length);
  const text = pathStart === -1 ? url : url.slice(0, pathStart);
  const key = tls.rejectUnauthorized ? text : `${text} unchecked`;
  let origin = origins.get(key);
  if (origin === undefined) {
    origin = new Origin(new URL(text), tls);
    origins.set(key, origin);
  }
  return { origin, target: url.slice(text.length) || '/' };
}
