import { type Call, param } from '../http/call.ts';
import { ApiError } from '../http/errors.ts';
import type { Platform } from '../platform.ts';
import type { Bucket } from '../project/types.ts';

export function requireBucket({ project }: Pick<Platform, 'project'>, call: Call): Bucket {
  const bucket = project.buckets.get(param(call, 'bucketId'));
  if (!bucket) throw new ApiError('storage_bucket_not_found');
  return bucket;
}
