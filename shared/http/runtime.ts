import { randomId } from '#shared/domain/ids.ts';
import { NO_ADDRESS } from '#shared/domain/network.ts';
import { Refusal } from '#shared/domain/problems.ts';

/** The part of the open-runtimes context that is used. Only shared/http knows it. */
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

/** A request as endpoints see it: names lower-cased, the query decoded once, nothing of the platform but what is named here. */
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
  /** Only a hint: whoever calls may have chosen it. */
  address: string;
};

export type Outgoing = { status: number; headers: Record<string, string>; body: string };

function refuseBrokenEncoding(queryString: string): void {
  try {
    decodeURIComponent(queryString.replaceAll('+', ' '));
  } catch (cause) {
    throw new Refusal('malformed_request', 'The query string is not valid percent-encoding.', { cause });
  }
}

/** No platform header ever holds a list, except the address, which is a courtesy at best. */
function refusePollutedHeaders(headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) {
    const platform = name.startsWith('x-appwrite-') && name !== 'x-appwrite-client-ip';
    if (platform && value.includes(',')) {
      throw new Refusal('malformed_request', 'A header that belongs to the platform was sent twice.');
    }
  }
}

/** The id of this request: Appwrite's own execution id, so that an admin finds it in the console. */
export function requestId(headers: Record<string, string | undefined>): string {
  const id = headers['x-appwrite-execution-id'] ?? '';
  return /^[A-Za-z0-9]{1,36}$/.test(id) ? id : randomId();
}

/** Reads the runtime's request; throws a 400 Refusal for what no well-meant client sends. */
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
