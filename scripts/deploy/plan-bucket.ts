import { Compression } from 'node-appwrite';
import { type Change, differences, type Planning } from './change.ts';
import type { DeclaredBucket } from './declaration.ts';

const compressions = { none: Compression.None, gzip: Compression.Gzip, zstd: Compression.Zstd };

/** Creates and updates buckets; never empties or deletes one. */
export function planBuckets(planning: Planning): Change[] {
  return planning.declared.buckets.flatMap((bucket) => planBucket(planning, bucket));
}

function planBucket({ remote: { storage }, live }: Planning, bucket: DeclaredBucket): Change[] {
  const { $id: bucketId, $permissions, compression, ...settings } = bucket;
  const wanted = { bucketId, ...settings, permissions: $permissions, compression: compressions[compression] };
  const subject = `bucket ${bucketId}`;
  const known = live.buckets.find(({ $id }) => $id === bucketId);
  if (!known) {
    const apply = async () => void (await storage.createBucket(wanted));
    return [{ area: 'bucket', subject, action: 'create', why: 'is missing', apply }];
  }
  const apply = async () => void (await storage.updateBucket(wanted));
  const { fileSecurity } = settings;
  const grants = differences(known, { $permissions, fileSecurity });
  const others = differences(known, { ...settings, fileSecurity: known.fileSecurity, compression });
  const changes: Change[] = [];
  if (grants.length > 0) changes.push({ area: 'grants', subject, action: 'update', why: grants.join('; '), apply });
  if (others.length > 0) changes.push({ area: 'bucket', subject, action: 'update', why: others.join('; '), apply });
  return changes;
}
