import { lookup } from 'node:dns/promises';
import { type ClientRequest, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The address may not be called; trying again does not help. */
export class AddressRefused extends Error {}

export type OutgoingRequest = { url: string; headers: Record<string, string>; body: string };
export type OutgoingAnswer = { status: number; retryAfter: string | undefined };

type Limits = {
  /** Allows http, and addresses of this machine; for the local server only. */
  allowLoopback: boolean;
  /** The timeout in milliseconds, for everything. */
  timeoutMs: number;
  /** Bytes of the answer that are read; the connection is closed after them. */
  mostBytes: number;
};

/** Whether an address is public: not private, local, reserved, or mapped onto IPv4. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'unicast';
}

function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}

function judgeUrl(text: string, { allowLoopback }: Limits): URL {
  if (!URL.canParse(text)) throw new AddressRefused('The URL cannot be read.');
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(allowLoopback && url.protocol === 'http:')) {
    throw new AddressRefused('Only https is called.');
  }
  if (url.username !== '' || url.password !== '') throw new AddressRefused('The URL must not hold a password.');
  return url;
}

/** Resolves the name once. All its addresses must be public, since any of them may be used. */
async function resolve(
  { hostname, protocol }: URL,
  { allowLoopback }: Limits,
): Promise<{ address: string; family: number }> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const found = isIP(host) === 0 ? await lookup(host, { all: true }) : [{ address: host, family: isIP(host) }];
  const local = allowLoopback && found.every(({ address }) => isLoopback(address));
  if (!local && (protocol === 'http:' || !found.every(({ address }) => isPublicAddress(address)))) {
    throw new AddressRefused('The address is not a public one.');
  }
  const [first] = found;
  if (!first) throw new Error('The name has no address.');
  return first;
}

function readAnswer(outgoing: ClientRequest, mostBytes: number): Promise<OutgoingAnswer> {
  return new Promise((done, fail) => {
    outgoing.on('error', fail);
    outgoing.on('response', (incoming) => {
      const answer = { status: incoming.statusCode ?? 0, retryAfter: incoming.headers['retry-after'] };
      let bytes = 0;
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength;
        if (bytes < mostBytes) return;
        done(answer);
        outgoing.destroy();
      });
      incoming.on('end', () => done(answer));
      incoming.on('error', fail);
    });
  });
}

/**
 * POSTs to a URL that a person has entered. The name is resolved once and the connection made to the address
 * that was checked. Redirects are not followed. Throws `AddressRefused` for what must not
 * be called, and another error when there is no answer in time.
 */
export async function postToPublic(
  { url: text, headers, body }: OutgoingRequest,
  limits: Limits,
): Promise<OutgoingAnswer> {
  const url = judgeUrl(text, limits);
  const signal = AbortSignal.timeout(limits.timeoutMs);
  const { address, family } = await Promise.race([
    resolve(url, limits),
    new Promise<never>((_, fail) =>
      signal.addEventListener('abort', () => fail(new Error('The name was not resolved in time.'))),
    ),
  ]);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const outgoing = request(url, {
    method: 'POST',
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    agent: false,
    signal,
    lookup: (_host, options, done) => {
      if (options.all) (done as unknown as (error: null, all: object[]) => void)(null, [{ address, family }]);
      else done(null, address, family);
    },
  });
  const answer = readAnswer(outgoing, limits.mostBytes);
  outgoing.end(body);
  return answer;
}
