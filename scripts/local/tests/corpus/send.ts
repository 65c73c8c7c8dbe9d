import http from 'node:http';
import https from 'node:https';
import { gzipSync } from 'node:zlib';
import { packed } from '../contract/support/tar.ts';
import { type Data, fill, fillText, type Session, type Step } from './step.ts';

/** If the connection broke, `failure` is its error code and the status is 0. */
export type Answer = {
  status: number;
  headers: http.IncomingHttpHeaders;
  raw: Buffer;
  json?: unknown;
  failure?: string;
};

const agents = {
  'http:': new http.Agent({ keepAlive: true, maxSockets: 4 }),
  'https:': new https.Agent({ keepAlive: true, maxSockets: 4 }),
};

/** Sends the request of a step once. */
export function send({ request }: Step, session: Session): Promise<Answer> {
  const base = new URL(session.endpoint);
  const protocol = base.protocol === 'https:' ? 'https:' : 'http:';
  const { headers, body } = contentOf(request, session);
  const host = request.host ? fillText(request.host, session) : base.host;
  const prefix = request.host || request.root ? '' : base.pathname;
  const path = `${prefix}${fillText(request.path, session)}${encodeQuery(request.query, session)}`;
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) =>
      resolve({ status: 0, headers: {}, raw: Buffer.alloc(0), failure: error.code ?? error.message });
    const sent = (protocol === 'https:' ? https : http).request(
      {
        agent: agents[protocol],
        protocol,
        hostname: base.hostname,
        port: base.port,
        method: request.method,
        path,
        headers: { ...headers, host },
        setHost: false,
        timeout: 60_000,
        insecureHTTPParser: true,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', failed);
        answer.on('end', () => resolve(read(answer, Buffer.concat(chunks))));
      },
    );
    sent.on('timeout', () => sent.destroy(Object.assign(new Error('timeout'), { code: 'TIMEOUT' })));
    sent.on('error', failed);
    sent.end(body);
  });
}

function read({ statusCode = 0, headers }: http.IncomingMessage, raw: Buffer): Answer {
  const answer = { status: statusCode, headers, raw };
  if (!/json/.test(headers['content-type'] ?? '') || raw.length === 0) return answer;
  try {
    return { ...answer, json: JSON.parse(raw.toString('utf8')) };
  } catch {
    return answer;
  }
}

type Content = { headers: http.OutgoingHttpHeaders; body: Buffer | undefined };

function contentOf(request: Step['request'], session: Session): Content {
  const headers: http.OutgoingHttpHeaders = request.host ? {} : identity(request.auth, session);
  let body: Buffer | undefined;
  if (request.body !== undefined) {
    headers['content-type'] = 'application/json';
    body = Buffer.from(JSON.stringify(fill(request.body, session)));
  } else if (request.raw !== undefined) {
    body = bytesOf(request.raw, session);
  } else if (request.form) {
    const boundary = '----replay7MA4YWxkTrZu0gW';
    headers['content-type'] = `multipart/form-data; boundary=${boundary}`;
    body = formOf(request.form, boundary, session);
  }
  for (const [name, value] of Object.entries(fill(request.headers ?? {}, session) as http.OutgoingHttpHeaders)) {
    for (const old of Object.keys(headers)) if (old.toLowerCase() === name.toLowerCase()) delete headers[old];
    if (value !== null) headers[name] = value;
  }
  if (body) headers['content-length'] = body.length;
  return { headers, body };
}

/** `auth`: none, wrong, noproject, wrongproject, or the name of a captured key; by default the session's key. */
function identity(auth: string | undefined, session: Session): http.OutgoingHttpHeaders {
  const headers: http.OutgoingHttpHeaders = {};
  if (auth !== 'noproject')
    headers['x-appwrite-project'] = auth === 'wrongproject' ? 'no-such-project' : session.project;
  if (auth === undefined || auth === 'noproject' || auth === 'wrongproject') headers['x-appwrite-key'] = session.key;
  else if (auth === 'wrong') headers['x-appwrite-key'] = 'standard_0000';
  else if (auth !== 'none') headers['x-appwrite-key'] = fillText(`{{${auth}}}`, session);
  return headers;
}

function formOf(form: NonNullable<Step['request']['form']>, boundary: string, session: Session): Buffer {
  const parts = form.flatMap(({ name, value, filename, type, data }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`;
    const disposition = `content-disposition: form-data; name="${name}"${file}\r\n`;
    return [
      Buffer.from(`--${boundary}\r\n${disposition}${type ? `content-type: ${type}\r\n` : ''}\r\n`),
      data === undefined ? Buffer.from(fillText(String(value), session)) : bytesOf(data, session),
      Buffer.from('\r\n'),
    ];
  });
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
}

function bytesOf(data: Data, session: Session): Buffer {
  if (typeof data === 'string') return Buffer.from(fillText(data, session), 'utf8');
  if ('$base64' in data) return Buffer.from(data.$base64, 'base64');
  if ('$bytes' in data) return Buffer.alloc(data.$bytes, data.fill ?? 97);
  if ('$gzip' in data) return gzipSync(bytesOf(data.$gzip, session));
  if ('$join' in data) return Buffer.concat(data.$join.map((one) => bytesOf(one, session)));
  return packed(data.$tgz);
}

function encodeQuery(query: Step['request']['query'], session: Session): string {
  const parts: string[] = [];
  const add = (name: string, value: unknown) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(text)}`);
  };
  for (const [name, given] of Object.entries(query ?? {})) {
    const value = fill(given, session);
    if (Array.isArray(value)) for (const [n, one] of value.entries()) add(`${name}[${n}]`, one);
    else add(name, value);
  }
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}
