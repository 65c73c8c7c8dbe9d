import { describe, expect, it } from 'vitest';
import { MultipartError, type MultipartForm, readMultipart } from '#shared/http/multipart.ts';
import { MULTIPART_LIMITS } from '#shared/http/multipart-limits.ts';
import { parseParts } from '#shared/http/multipart-stream.ts';
import { attackBodies } from '../../support/multipart-attacks.ts';
import { BOUNDARY, hostileBodies, type Sent } from '../../support/multipart-bodies.ts';
import { fuzzRuns, fuzzTimeout, type Random, seededRandom } from '../../support/seeded-random.ts';
import { stopwatch } from '../../support/stopwatch.ts';

async function outcome({ body, contentType }: Sent): Promise<MultipartForm | MultipartError> {
  try {
    return await readMultipart(body, contentType);
  } catch (error) {
    if (error instanceof MultipartError) return error;
    throw error;
  }
}

/** Counted without any parser. */
function delimiters({ body, contentType }: Sent): number {
  const boundary = /boundary="?([^";]*)"?$/.exec(contentType)?.[1] ?? BOUNDARY;
  return `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`).length - 1;
}

function unused({ body }: Sent): number {
  return body.toString('latin1').match(/(filename="{2}|octet-stream|image\/jpeg)[^\0]*?\r\n\r\n\r\n--/g)?.length ?? 0;
}

function inPieces(body: Buffer, random: Random): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const next = at + 1 + random.below(random.pick([2, 7, 60, 5_000]));
    pieces.push(body.subarray(at, next));
    at = next;
  }
  return pieces;
}

describe('attacks on a form', () => {
  it('are refused, each with the code that fits and a sentence', async () => {
    const wrong: string[] = [];
    for (const attack of attackBodies()) {
      const result = await outcome(attack);
      const refused =
        result instanceof MultipartError && result.code === attack.code && /^The .*\.$/.test(result.message);
      if (!refused)
        wrong.push(`${attack.what}: ${result instanceof Error ? `${result.code} ${result.message}` : 'accepted'}`);
    }
    expect(wrong).toEqual([]);
  });

  it('are refused in no time', async () => {
    for (const attack of attackBodies()) {
      const taken = stopwatch();
      await outcome(attack);
      expect(taken(), attack.what).toBeLessThan(500);
    }
  });
});

describe('hostile bodies', () => {
  it('are read whole or refused', { timeout: fuzzTimeout(2) }, async () => {
    let accepted = 0;
    let slowest = 0;
    for (const sent of hostileBodies(fuzzRuns(6_000), 20_260_103)) {
      const taken = stopwatch();
      const result = await outcome(sent);
      slowest = Math.max(slowest, taken());
      if (result instanceof MultipartError) continue;
      accepted++;
      const kept = result.fields.size + result.files.length;
      expect(kept).toBeLessThanOrEqual(delimiters(sent) - 1);
      expect(kept).toBeGreaterThanOrEqual(delimiters(sent) - 1 - unused(sent));
      for (const [name, text] of result.fields) expect(sent.body.includes(Buffer.from(text)), name).toBe(true);
      for (const { bytes } of result.files) expect(sent.body.includes(Buffer.from(bytes))).toBe(true);
      expect([...result.fields.keys()]).not.toContain('__proto__');
    }
    expect(accepted).toBeGreaterThan(100);
    expect(slowest).toBeLessThan(500);
  });

  it('are parsed the same in whatever pieces they arrive', { timeout: fuzzTimeout(2) }, async () => {
    const random = seededRandom(20_260_104);
    for (const sent of hostileBodies(fuzzRuns(1_500), 20_260_105)) {
      if ((await outcome(sent)) instanceof MultipartError) continue;
      const boundary = /boundary="?([^";]*)"?$/.exec(sent.contentType)?.[1] ?? BOUNDARY;
      const whole = await parseParts({ chunks: [sent.body], boundary }, MULTIPART_LIMITS);
      const pieced = await parseParts({ chunks: inPieces(sent.body, random), boundary }, MULTIPART_LIMITS);
      expect(pieced).toEqual(whole);
    }
  });

  it('say the same when the parser is shown the short parts only', { timeout: fuzzTimeout(2) }, async () => {
    const shortOnly = { ...MULTIPART_LIMITS, fieldSize: 8 };
    let compared = 0;
    for (const sent of hostileBodies(fuzzRuns(3_000), 20_260_108)) {
      const seen = await readMultipart(sent.body, sent.contentType, shortOnly).catch((error: unknown) => error);
      if (seen instanceof MultipartError) continue;
      expect(seen).toEqual(await outcome(sent));
      compared += 1;
    }
    expect(compared).toBeGreaterThan(50);
  });

  it('never leave the parser hanging, even where nothing was checked before', { timeout: fuzzTimeout(2) }, async () => {
    const random = seededRandom(20_260_106);
    for (const { body } of hostileBodies(fuzzRuns(1_500), 20_260_107)) {
      const parsed = parseParts({ chunks: inPieces(body, random), boundary: BOUNDARY }, MULTIPART_LIMITS);
      await parsed.catch((error: unknown) => expect(error).toBeInstanceOf(MultipartError));
    }
  });
});
