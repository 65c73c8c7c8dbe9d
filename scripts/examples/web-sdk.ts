import { Client, type ExecutionMethod, Functions } from 'appwrite';

type Call = { functionId: string; method: `${ExecutionMethod}`; path: string; body?: unknown };
type Reply = { status: number; body: Record<string, unknown> };

/** Calls the API through Appwrite's executions, as an app with the web SDK does. They take only text, so JSON. */
export class SdkApi {
  readonly #functions: Functions;
  readonly #only: string | undefined;
  #headers: Record<string, string> = { 'content-type': 'application/json' };

  /** `only`: the function that answers every path, `api` in the layout compact; in groups each call names its own. */
  constructor(endpoint: string, projectId: string, only?: string) {
    this.#only = only;
    this.#functions = new Functions(new Client().setEndpoint(endpoint).setProject(projectId));
  }

  /** Sends all further calls as this person. */
  use(token: string, username: string): void {
    this.#headers = { ...this.#headers, TOKEN: token, USERNAME: username };
  }

  async call({ functionId, method, path, body }: Call): Promise<Reply> {
    const execution = await this.#functions.createExecution({
      functionId: this.#only ?? functionId,
      method: method as ExecutionMethod,
      xpath: path,
      headers: this.#headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = execution.responseBody;
    const reply = { status: execution.responseStatusCode, body: text ? JSON.parse(text) : {} };
    if (reply.status >= 400) throw new Error(`${reply.status} ${reply.body.code}: ${reply.body.detail}`);
    return reply;
  }
}

export type SdkStory = {
  endpoint: string;
  projectId: string;
  /** `api` if the product is deployed in the layout compact. */
  only?: string;
  username: string;
  picture: Uint8Array;
  print: (line: string) => void;
};

/** Plays the same story through functions.createExecution, with the picture as base64 in JSON. */
export async function runSdkStory(story: SdkStory): Promise<string> {
  const { username, print } = story;
  const api = new SdkApi(story.endpoint, story.projectId, story.only);
  const password = 'correct-horse-9';
  const account = { username, password, name: 'Ada Lovelace' };
  await api.call({ functionId: 'users', method: 'POST', path: '/user', body: account });
  print(`registered ${username}`);

  const credentials = { username, password };
  const login = await api.call({ functionId: 'auth', method: 'POST', path: '/login', body: credentials });
  api.use(String(login.body.TOKEN), username);
  print(`logged in until ${login.body.expiresAt}`);

  const images = [Buffer.from(story.picture).toString('base64')];
  const draft = { title: 'Pothole in Mill Lane', description: 'Deep enough to lose a wheel in.', images };
  const filed = await api.call({ functionId: 'complaints', method: 'POST', path: '/complain', body: draft });
  const id = String(filed.body.id);
  print(`filed ${id}: ${filed.status}`);

  const path = `/complain?username=${encodeURIComponent(username)}`;
  const list = await api.call({ functionId: 'complaints', method: 'GET', path });
  print(`${list.body.total} of ${username} in the list`);

  const change = { id, note: 'It has grown since yesterday.' };
  const changed = await api.call({ functionId: 'complaints', method: 'PUT', path: '/complain', body: change });
  print(`replied; now at version ${changed.body.version}`);

  const deleting = { functionId: 'complaints', method: 'POST', path: '/complain/delete', body: { id } } as const;
  await api.call(deleting);
  const again = await api.call(deleting).catch((error: unknown) => error);
  print(again instanceof Error ? `deleted; again: ${again.message}` : 'still there');
  return id;
}
