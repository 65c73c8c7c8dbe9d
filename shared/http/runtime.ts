import { NO_ADDRESS } from '#shared/domain/client-network.ts';
import { randomId } from '#shared/domain/ids.ts';
import { Refusal } from '#shared/domain/problems.ts';

/** The part of the Open Runtimes context that is used. Only shared/http reads it. */
export type RuntimeContext = {
  req: {
    method: string;
    path: string;
    queryString: string;
    headers: Record<string, string>;
    bodyBinary: Uint8Array;
  };
  res: { send(body: string, status: number, headers: Record<string, string>): unknown };
  log(message: string): void;
  error(message: string): void;
};

/** A request as endpoints see it. Header names are lower case, and the query is decoded. */
export type Incoming = {
  id: string;
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
  trigger: string;
  event: string | undefined;
  key: string;
  /** The client's address as Appwrite reports it. A client can forge it unless a proxy in front overwrites it. */
  address: string;
};

export type Outgoing = { status: number; headers: Record<string, string>; body: string };

function refuseBrokenEncoding(queryString: string): void {
  try {
    decodeURIComponent(queryString.replaceAll('+', ' '));
  } catch (cause) {
    throw new Refusal(
      'malformed_request',
      'The query string is not valid percent-encoding of UTF-8. Write a percent sign as %25.',
      { cause },
    );
  }
}

/**
 * Refuses a request that sends a header of the platform itself. Node joins repeated headers with a comma, and Appwrite
 * sends each of its own once.
 */
function refusePollutedHeaders(headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) {
    const platform = name.startsWith('x-appwrite-') && name !== 'x-appwrite-client-ip';
    if (platform && value.includes(',')) {
      throw new Refusal('malformed_request', 'A header that belongs to the platform was sent twice.');
    }
  }
}

/** The id of this request: Appwrite's execution id, by which an admin finds it in the console. */
export function requestId(headers: Record<string, string | undefined>): string {
  const id = headers['x-appwrite-execution-id'] ?? '';
  return /^[A-Za-z0-9]{1,36}$/.test(id) ? id : randomId();
}

/** Reads the runtime's request; throws 400 for a malformed query or repeated platform headers. */
export function readRequest({ req }: RuntimeContext, id: string): Incoming {
  refusePollutedHeaders(req.headers);
  refuseBrokenEncoding(req.queryString);
  const address = req.headers['x-appwrite-client-ip'] ?? '';
  return {
    id,
    method: req.method,
    path: req.path,
    query: new URLSearchParams(req.queryString),
    headers: req.headers,
    body: req.bodyBinary,
    trigger: req.headers['x-appwrite-trigger'] ?? '',
    event: req.headers['x-appwrite-event'],
    key: req.headers['x-appwrite-key'] ?? '',
    address: /^[0-9a-fA-F.:]{2,45}$/.test(address) ? address.toLowerCase() : NO_ADDRESS,
  };
}
