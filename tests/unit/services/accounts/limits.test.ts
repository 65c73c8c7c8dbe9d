import { describe, expect, it } from 'vitest';
import { bucketOf } from '#shared/appwrite/limits.ts';

describe('the subjects of limits', () => {
  it('that strangers can choose are spread evenly over at most 65,536 buckets', () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 200_000; index += 1) {
      const bucket = bucketOf(`somebody-${index}`);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
    expect(counts.size).toBeLessThanOrEqual(65_536);
    expect([...counts.keys()].every((bucket) => /^\d{1,5}$/.test(bucket) && Number(bucket) < 65_536)).toBe(true);
    expect(Math.max(...counts.values())).toBeLessThan(20);
  });

  it('always get the same bucket', () => {
    expect(bucketOf('ada')).toBe(bucketOf('ada'));
    expect(bucketOf('ada')).not.toBe(bucketOf('bob'));
  });
});
