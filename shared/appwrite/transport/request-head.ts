import { TransportError } from './transport-error.ts';

export type RequestHeaders = Record<string, string | number>;
type Request = { method: string; target: string; host: string; headers: RequestHeaders };

// Narrower than HTTP, which takes more than ASCII: nothing else is sent, and so a text body can follow in one write.
const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const VALUE = /^[\t\x20-\x7e]*$/;
const TARGET = /^\/[\x21-\x7e]*$/;

/** The head of a request (RFC 9112); throws ERR_INVALID_CHAR for what would break out of its line. */
export function requestHead({ method, target, host, headers }: Request): string {
  if (!NAME.test(method) || !TARGET.test(target)) {
    throw new TransportError('ERR_INVALID_CHAR', 'Not a request line');
  }
  let head = `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
  for (const [name, value] of Object.entries(headers)) {
    const text = String(value);
    if (!NAME.test(name) || !VALUE.test(text)) {
      throw new TransportError('ERR_INVALID_CHAR', `Not a header: ${JSON.stringify(name)}`);
    }
    head += `${name}: ${text}\r\n`;
  }
  return `${head}\r\n`;
}
