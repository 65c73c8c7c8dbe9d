import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EngineName, startLocalAppwrite } from '../../src/index.ts';
import { type Played, replay } from './replay.ts';
import { startSmtpSink } from './smtp-sink.ts';

/** Replays one group on a fresh local Appwrite. */
export async function replayLocally(group: string, database: EngineName): Promise<Played[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'corpus-'));
  const [local, sink] = await Promise.all([startLocalAppwrite({ dataDir, database }), startSmtpSink()]);
  try {
    const target = { endpoint: local.endpoint, project: local.projectId, key: local.apiKey };
    return await replay({ ...target, only: [group], database, smtpPort: sink.port });
  } finally {
    await Promise.all([local.close(), sink.close()]);
    await rm(dataDir, { recursive: true, force: true });
  }
}
