import createClient from 'openapi-fetch';
import type { components, paths } from '../openapi/dist/api.ts';

type Problem = components['schemas']['Problem'];
type Outcome<T> = { data?: T; error?: unknown; response: Response };

/** The data of an answer; throws an Error with status, code and detail for a refusal. */
export function ok<T>({ data, error, response }: Outcome<T>): T {
  if (response.ok) return data as T;
  const problem = error as Problem;
  throw new Error(`${problem.status} ${problem.code}: ${problem.detail}`);
}

type Served = { paths: Record<string, { servers?: { url: string }[] }> };

/**
 * A client whose paths, fields and answers are typed by the OpenAPI document, so that a wrong name does not compile. If
 * the functions have domains of their own, the served document says which one answers a path.
 */
export async function openClient(docsUrl: string) {
  const { paths: served } = (await (await fetch(`${docsUrl}/openapi.json`)).json()) as Served;
  const querySerializer = { array: { style: 'form', explode: false } } as const;
  const client = createClient<paths>({ baseUrl: docsUrl, querySerializer });
  client.use({
    onRequest({ schemaPath, request }) {
      const { pathname, search } = new URL(request.url);
      const server = new URL(served[schemaPath]?.servers?.[0]?.url ?? '/', docsUrl);
      return new Request(new URL(`${pathname}${search}`, server), request);
    },
  });
  return client;
}

export type Story = { docsUrl: string; username: string; picture: Blob; print: (line: string) => void };

/** Registers, logs in, files with a picture, lists, replies and deletes, as a reporter does. */
export async function runTypedStory({ docsUrl, username, picture, print }: Story): Promise<string> {
  const api = await openClient(docsUrl);
  const password = 'correct-horse-9';
  const profile = ok(await api.POST('/user', { body: { username, password, name: 'Ada Lovelace' } }));
  print(`registered ${profile.username}, a ${profile.role}`);

  const { TOKEN, expiresAt } = ok(await api.POST('/login', { body: { username, password } }));
  print(`logged in until ${expiresAt}`);
  const headers = { TOKEN, USERNAME: username };

  const body = { title: 'Pothole in Mill Lane', description: 'Deep enough to lose a wheel in.', category: 'roads' };
  const complaint = ok(
    await api.POST('/complain', {
      headers,
      body,
      bodySerializer: (fields) => {
        const form = new FormData();
        for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
        form.set('image1', picture, 'pothole.jpg');
        return form;
      },
    }),
  );
  print(`filed ${complaint.id} with ${complaint.images.length} picture, ${complaint.images[0]?.width} pixels wide`);

  const found = ok(await api.GET('/complain', { params: { query: { username, status: ['created'] } } }));
  if ('items' in found) print(`${found.total} of ${username} in the list: ${found.items[0]?.title}`);

  const change = { id: complaint.id, note: 'It has grown since yesterday.' };
  const changed = ok(await api.PUT('/complain', { headers: { ...headers, 'If-Match': '"1"' }, body: change }));
  print(`replied; now at version ${changed.version}`);

  const stale = await api.PUT('/complain', { headers: { ...headers, 'If-Match': '"1"' }, body: change });
  if (stale.error?.code === 'version_mismatch') print(`refused as it should be: ${stale.error.detail}`);

  const { deleted } = ok(await api.POST('/complain/delete', { headers, body: { id: complaint.id } }));
  print(`deleted: ${deleted}`);
  return complaint.id;
}
