/** With a code in the manner of Node's own network errors. */
export class TransportError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export const brokenOff = () => new TransportError('ECONNRESET', 'The answer broke off');
export const unreadable = (what: string) => new TransportError('ERR_UNREADABLE_ANSWER', `The answer has ${what}`);
