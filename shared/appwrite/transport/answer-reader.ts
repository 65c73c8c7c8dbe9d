import { type AnswerHead, type AnswerHeaders, parseHead, parseHeader } from './answer-head.ts';
import { brokenOff, TransportError, unreadable } from './transport-error.ts';

export interface Answer {
  status: number;
  headers: AnswerHeaders;
  body: Buffer;
}

/** What is waited for: a line or the head of the answer, so many bytes of its body, or nothing more. */
type Stage = 'head' | 'data' | 'chunk size' | 'chunk end' | 'trailer' | 'whole';

const LARGEST_HEAD = 16 * 1024;
const LARGEST_BODY = 64 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);
// Extensions are allowed and used by nobody, but for making two readers disagree.
const CHUNK_SIZE = /^[0-9a-f]{1,8}$/i;
const FRAMING = /^(?:content-length|transfer-encoding)$/;
const CRLF = '\r\n';

/** Puts one answer together from the pieces in which it comes; throws TransportError for what is none. */
export class AnswerReader {
  #stage: Stage = 'head';
  #head: AnswerHead | undefined;
  /** A beginning that cannot be read without what follows. */
  #held: Buffer = NOTHING;
  #body: Buffer[] = [];
  #length = 0;
  /** Bytes to come of the body, or of its present chunk. */
  #left = 0;
  #framing = 0;

  get isWhole(): boolean {
    return this.#stage === 'whole';
  }

  get answer(): Answer {
    if (!this.#head || !this.isWhole) throw brokenOff();
    const [only = NOTHING] = this.#body;
    const body = this.#body.length > 1 ? Buffer.concat(this.#body, this.#length) : only;
    return { status: this.#head.status, headers: this.#head.headers, body };
  }

  /** Whether another answer can follow on the same connection. */
  get staysOpen(): boolean {
    return this.isWhole && this.#head?.staysOpen === true;
  }

  feed(piece: Buffer): void {
    let bytes: Buffer = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    this.#held = NOTHING;
    while (bytes.length > 0 && this.#stage !== 'whole') {
      const used = this.#stage === 'data' ? this.#takeData(bytes) : this.#takeFraming(bytes);
      if (used === 0) {
        this.#held = bytes;
        return;
      }
      bytes = bytes.subarray(used);
    }
    if (bytes.length > 0) throw unreadable('more after its end');
  }

  /** The connection has ended; throws unless that is how the answer ends. */
  end(): void {
    if (this.#stage !== 'data' || this.#head?.body !== 'until close') throw brokenOff();
    this.#stage = 'whole';
  }

  #takeData(bytes: Buffer): number {
    const data = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;
    this.#body.push(data);
    this.#length += data.length;
    this.#left -= data.length;
    if (this.#length > LARGEST_BODY) throw new TransportError('ERR_ANSWER_TOO_LARGE', 'The answer is too large');
    if (this.#left === 0) this.#stage = this.#head?.body === 'chunked' ? 'chunk end' : 'whole';
    return data.length;
  }

  /** 0 when the end of what is to be read has not come yet. */
  #takeFraming(bytes: Buffer): number {
    const terminator = this.#stage === 'head' ? CRLF + CRLF : CRLF;
    const end = bytes.indexOf(terminator);
    const size = end === -1 ? bytes.length : end + terminator.length;
    if (this.#framing + size > LARGEST_HEAD) throw unreadable('a head that does not end');
    if (end === -1) return 0;
    this.#readFraming(bytes.toString('latin1', 0, end));
    if (this.#stage === 'head' || this.#stage === 'trailer') this.#framing += size;
    return size;
  }

  #readFraming(text: string): void {
    if (this.#stage === 'head') this.#readHead(text);
    else if (this.#stage === 'chunk size') this.#readChunkSize(text);
    else if (this.#stage === 'trailer') this.#readTrailer(text);
    else if (text === '') this.#stage = 'chunk size';
    else throw unreadable('a chunk that is longer than it says');
  }

  #readHead(text: string): void {
    const head = parseHead(text);
    if (head.status === 101) throw unreadable('another protocol');
    // What comes before the answer itself, such as 103 Early Hints.
    if (head.status < 200) return;
    this.#head = head;
    this.#framing = 0;
    if (head.body === 'chunked') this.#stage = 'chunk size';
    else this.#expect(head.body === 'until close' ? Number.POSITIVE_INFINITY : head.body);
  }

  /** Of no use here, but what is none may be part of something else. */
  #readTrailer(text: string): void {
    if (text === '') this.#stage = 'whole';
    else if (FRAMING.test(parseHeader(text)[0])) throw unreadable('a length after its end');
  }

  #expect(bytes: number): void {
    this.#left = bytes;
    this.#stage = bytes === 0 ? 'whole' : 'data';
  }

  #readChunkSize(text: string): void {
    if (!CHUNK_SIZE.test(text)) throw unreadable('a chunk of no clear size');
    const size = Number.parseInt(text, 16);
    if (size === 0) this.#stage = 'trailer';
    else this.#expect(size);
  }
}
