import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { Complaint } from '#shared/contract/responses.ts';
import { photoForm } from '../photo-form.ts';
import { displayed } from '../pictures.ts';
import { seededRandom } from '../seeded-random.ts';
import { send } from '../send.ts';
import type { UploadContext } from './uploads.ts';

/** A PNG of random pixels, uncompressed: three bytes for each pixel, and little more. */
export function noise(width: number, height: number): Promise<Buffer> {
  const random = seededRandom(width * height);
  const raw = Buffer.alloc(width * height * 3, 0).map(() => random.below(256));
  return sharp(raw, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}

async function expectShown(sources: readonly Buffer[], { images }: Complaint): Promise<void> {
  for (const [index, source] of sources.entries()) {
    const kept = Buffer.from(await (await fetch(images[index]?.url ?? '')).arrayBuffer());
    const [before, after] = [await displayed(source), await displayed(kept)];
    if (!after.pixels.equals(before.pixels)) throw new Error(`picture ${index} shows something else`);
  }
}

/** Files the pictures as a form through the function's own domain. */
export async function sendByDomain(
  { service, person }: UploadContext,
  pictures: readonly Buffer[],
): Promise<Complaint> {
  const encoded = new Response(photoForm(pictures));
  const headers = {
    host: service.local.functionHost(service.functionId('complaints')),
    TOKEN: person.token,
    USERNAME: person.username,
    'content-type': encoded.headers.get('content-type') ?? '',
  };
  const raw = new Uint8Array(await encoded.arrayBuffer());
  const filed = (await send('POST', `${service.local.url}/complain`, { raw, headers })).as(Complaint, 201);
  await expectShown(pictures, filed);
  return filed;
}

/** Files the pictures as base64 through the executions API. */
export async function sendByExecution(
  { service, person }: UploadContext,
  pictures: readonly Buffer[],
): Promise<Complaint> {
  const images = pictures.map((bytes) => bytes.toString('base64'));
  const body = JSON.stringify({ title: 'By execution', description: 'From an SDK.', images });
  const answer = await fetch(`${service.local.endpoint}/functions/${service.functionId('complaints')}/executions`, {
    method: 'POST',
    headers: { 'x-appwrite-project': service.local.projectId, 'content-type': 'application/json' },
    body: JSON.stringify({
      body,
      path: '/complain',
      method: 'POST',
      headers: { TOKEN: person.token, USERNAME: person.username, 'content-type': 'application/json' },
    }),
  });
  const execution = (await answer.json()) as { responseStatusCode: number; responseBody: string };
  if (execution.responseStatusCode !== 201) throw new Error(JSON.stringify(execution).slice(0, 500));
  const filed: Complaint = JSON.parse(execution.responseBody);
  await expectShown(pictures, filed);
  return filed;
}

/** The process id of a function; undefined before its first request. */
export async function processOf({ url }: { url: string }, functionId: string): Promise<number | undefined> {
  const overview = await fetch(`${url}/_local/`);
  const { functions } = (await overview.json()) as { functions: Record<string, { process: number | null }> };
  return functions[functionId]?.process ?? undefined;
}

/** The peak memory of a function's process in MB; undefined without /proc. */
export async function peakMemory(local: { url: string }, functionId: string): Promise<number | undefined> {
  const pid = await processOf(local, functionId);
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
}
