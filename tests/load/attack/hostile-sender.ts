/** A worker thread that sends one body repeatedly, so that this work does not delay measurements in the main thread. */
import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

/** Sends `requests` requests, `atOnce` at a time. Posts each status as a message, 0 for a cut connection. */
export type Sending = {
  origin: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
  requests: number;
  atOnce: number;
};

function sendOne({ origin, method, path, headers, body }: Sending, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const all = { ...headers, 'content-length': String(body.byteLength) };
    const outgoing = request(`${origin}${path}`, { method, headers: all, agent }, (incoming) => {
      incoming.resume();
      incoming.on('close', () => resolve(incoming.statusCode ?? 0));
    });
    outgoing.on('error', () => resolve(0));
    outgoing.end(body);
  });
}

async function sendAll(sending: Sending): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  let begun = 0;
  const sender = async () => {
    while (begun < sending.requests) {
      begun += 1;
      parentPort?.postMessage(await sendOne(sending, agent));
    }
  };
  await Promise.all(Array.from({ length: sending.atOnce }, sender));
  agent.destroy();
}

await sendAll(workerData as Sending);
