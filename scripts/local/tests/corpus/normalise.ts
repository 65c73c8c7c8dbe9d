import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { Answer } from './send.ts';
import type { Recorded, Session, Step } from './step.ts';

const time = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/;
const timeKeys = new Set(
  `expire expiresAt accessedAt deliveredAt scheduledAt passwordUpdate registration lastDeployment deploymentCreatedAt
   latestDeploymentCreatedAt screenshotLight mfaUpdatedAt`.split(/\s+/),
);
const textKeys = new Set('message error buildLogs errors deliveryErrors trace file line renewAt url'.split(' '));

export type Normal = Recorded & { failure?: string };

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An answer with everything masked that differs between runs: times, ids, sequences, texts. */
export async function normalise(answer: Answer, step: Step, session: Session): Promise<Normal> {
  const { status, json } = answer;
  if (answer.failure) return { status: 0, failure: answer.failure };
  const names = ['content-type', ...(step.headers ?? [])];
  const headers = Object.fromEntries(
    names.map((name) => {
      const value = answer.headers[name];
      const one = Array.isArray(value) ? value.join(' | ') : value;
      return [name, one === undefined ? null : mask(one, name, session)];
    }),
  );
  if (json === undefined) return { status, headers, body: await rawBody(answer, step, session) };
  if (isFields(json) && typeof json.type === 'string' && typeof json.code === 'number' && 'message' in json) {
    const type = /^\w+$/.test(json.type) ? json.type : '~words';
    return { status, headers, type, body: { ...(mask(json, '', session) as object), type } };
  }
  return { status, headers, body: mask(viewOf(json, step.view), '', session) };
}

/** The part of a body to compare. */
function viewOf(json: unknown, view: Step['view']): unknown {
  if (view === 'none') return undefined;
  if (typeof json !== 'object' || json === null) return json;
  if (view === 'ids') return idsOf(json);
  if (view === 'keys') return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, typeof value]));
  if (!Array.isArray(view)) return json;
  return Object.fromEntries(
    view.map((path) => [path, valueAt(json, path) === undefined ? '(absent)' : valueAt(json, path)]),
  );
}

export function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((found, key) => (found as Record<string, unknown> | null | undefined)?.[key], value);
}

/** A list's total and its ids in order. */
function idsOf(json: object): unknown {
  const [name, list] = Object.entries(json).find(([, value]) => Array.isArray(value)) ?? [];
  if (name === undefined || !Array.isArray(list)) return json;
  const ids = list.map((one) => (isFields(one) ? (one.$id ?? one.key ?? '?') : one));
  const long = { count: ids.length, first: ids[0], last: ids.at(-1), sha: hash(JSON.stringify(ids)) };
  return { ...('total' in json ? { total: json.total } : {}), [name]: ids.length > 40 ? long : ids };
}

async function rawBody({ raw, status, headers }: Answer, { view, corners }: Step, session: Session): Promise<unknown> {
  if (raw.length === 0) return '';
  const picture = view === 'bytes' ? undefined : await describePicture(raw, corners ?? false);
  if (picture) return picture;
  if (view === 'none') return '~';
  if (/^text\/html/.test(headers['content-type'] ?? '') && status >= 400) return '~html';
  if (raw.length < 200 && !raw.includes(0) && view !== 'bytes') return scrub(raw.toString('utf8'), session);
  return { bytes: raw.length, sha: hash(raw) };
}

const pictureStarts = /^(\x89PNG|\xff\xd8|RIFF....WEBP|GIF)/s;

/** Format and size of a picture. `corners` adds the colours near a PNG's corners, each channel rounded to 0 to 3. */
async function describePicture(raw: Buffer, corners: boolean): Promise<string | undefined> {
  if (!pictureStarts.test(raw.toString('latin1', 0, 12))) return undefined;
  const { format, width, height } = await sharp(raw).metadata();
  const found = `${format} ${width}x${height}`;
  if (!corners || format !== 'png') return found;
  const pixels = await sharp(raw).toColourspace('srgb').ensureAlpha().raw().toBuffer();
  const near = (length: number) => [Math.floor(length / 5), Math.min(length - 1, Math.floor((length * 4) / 5))];
  const colours = near(height).flatMap((y) =>
    near(width).map((x) => {
      const [red = 0, green = 0, blue = 0, alpha = 0] = pixels.subarray((y * width + x) * 4);
      return alpha < 40 ? 'T' : [red, green, blue].map((value) => Math.round(value / 85)).join('');
    }),
  );
  return `${found} ${colours.join(' ')}`;
}

/** Replaces captured values in a text by their names. */
function scrub(text: string, { values }: Session): string {
  const known = Object.entries(values).filter(
    (entry): entry is [string, string] => String(entry[1]).length >= 5 && typeof entry[1] === 'string',
  );
  let out = text;
  for (const [name, value] of known.sort((a, b) => b[1].length - a[1].length)) {
    if (!out.includes(value)) continue;
    const exact = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    out = out.replace(new RegExp(`(?<![A-Za-z0-9])${exact}(?![A-Za-z0-9])`, 'g'), `{{${name}}}`);
  }
  return out;
}

function mask(value: unknown, key: string, session: Session): unknown {
  if (typeof value === 'string') return maskText(value, key, session);
  if (typeof value === 'number') return maskNumber(value, key);
  if (Array.isArray(value))
    return textKeys.has(key) && value.length > 0 ? '~texts' : value.map((one) => mask(one, key, session));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, mask(one, name.split('.').at(-1) ?? '', session)]),
  );
}

function maskNumber(value: number, key: string): unknown {
  if (key === '$sequence') return '~seqnumber';
  if (key === 'line') return '~text';
  return /duration|^buildSize$|^totalSize$/i.test(key) ? '~count' : value;
}

function maskText(value: string, key: string, session: Session): string {
  if (key === '$sequence') return '~seq';
  if (/^(secret|hash|password|jwt)$/i.test(key) && value !== '') return '~secret';
  if (textKeys.has(key) && value !== '') return '~text';
  if (key === 'logs') return scrub(value, session).replace(/^Native logs detected.*$/m, '~text');
  const timed = timeKeys.has(key) || (key.startsWith('$') && key.endsWith('At'));
  if (timed && time.test(value)) return /\.\d{3}\+00:00$/.test(value) ? '~time' : `~time ${value.replace(/\d/g, '9')}`;
  if (/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(value)) return '~date';
  const known = scrub(value, session);
  if (known === value && /^[0-9a-f]{20}$/.test(value)) return '~id';
  return known
    .replace(/\b[0-9a-f]{20}\b/g, '~id')
    .replace(/127\.0\.0\.1:\d+/g, '~host')
    .replace(/^\d+_\d+_/, '~n_~n_');
}

function hash(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 16);
}
