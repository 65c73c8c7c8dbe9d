/** A worker thread that sends one body again and again, so that making and writing it delays nobody else's measurements. */
import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

/** `requests` of them, `atOnce` under way. The messages are the statuses; 0 for a connection that was cut. */
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
