import { chmodSync, createWriteStream } from 'node:fs';
import { Readable, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Presets, SingleBar } from 'cli-progress';
import { stringify } from 'csv-stringify';
import { type Filter, orderOf, streamsOf } from '#shared/appwrite/complaint-queries.ts';
import { COUNT_CAP, countComplaints, readStream, type StoredComplaint } from '#shared/appwrite/complaints.ts';
import { UsageError } from '../project/command.ts';
import type { Connection } from '../project/connect.ts';

const PAGE = 100;
const everything: Filter = { sight: { desk: true } };

type Line = Record<string, string | number | boolean | null>;

/** What a spreadsheet or a program needs of a complaint; pictures by their ids, for their URLs open them to anybody. */
function lineOf(complaint: StoredComplaint): Line {
  const { $id: id, title, description, category, location, latitude, longitude, status, progress } = complaint;
  const { anonymous, hidden, reporterName, assignedTo, overdueAt, filedAt, changedAt, version, images } = complaint;
  const { acknowledgedAt, resolvedAt, closedAt } = complaint;
  return {
    ...{ id, filedAt, changedAt, version, status, progress, title, description, category },
    ...{ location, latitude, longitude, username: reporterName, anonymous, hidden, assignedTo, overdueAt },
    ...{ acknowledgedAt, resolvedAt, closedAt, images: images.map((image) => image.id).join(' ') },
  };
}

/** Page by page, oldest first, whatever is filed or deleted meanwhile. */
async function* allComplaints({ store }: Connection): AsyncGenerator<StoredComplaint> {
  const listed = { filter: everything, order: orderOf('createdAt') };
  const [stream] = streamsOf(everything, listed.order);
  if (!stream) return;
  let after: string | undefined;
  for (;;) {
    const { rows } = await readStream(store, stream, listed, { after, limit: PAGE });
    yield* rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.$id;
  }
}

/** On a terminal only; Appwrite counts to 5000, so the bar grows where there are more. */
function openBar(total: number): { step(): void; stop(): void } {
  const bar = new SingleBar(
    { format: '{bar} {value} of {total} complaints', stream: process.stderr },
    Presets.shades_grey,
  );
  let done = 0;
  if (process.stderr.isTTY) bar.start(total, 0);
  return {
    step() {
      done += 1;
      if (total >= COUNT_CAP && done > total) bar.setTotal(done + PAGE);
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}

function encoderFor(file: string): Transform {
  if (file.endsWith('.csv'))
    return stringify({ header: true, bom: true, escape_formulas: true, cast: { boolean: String } });
  if (file !== '-' && !file.endsWith('.jsonl')) throw new UsageError('The file ends with .csv or .jsonl, or is -.');
  return new Transform({
    writableObjectMode: true,
    transform: (line, _, done) => done(null, `${JSON.stringify(line)}\n`),
  });
}

/** A file that only its owner can read, also where one with other rights is overwritten. */
function privateFile(file: string): Writable {
  const stream = createWriteStream(file, { mode: 0o600 });
  stream.once('open', () => chmodSync(file, 0o600));
  return stream;
}

/** Streams all complaints into a file; resolves to how many there were. */
export async function exportComplaints(connection: Connection, file: string, terminal: Writable = process.stdout) {
  const encoder = encoderFor(file);
  const bar = openBar(await countComplaints(connection.store, everything));
  let count = 0;
  async function* lines() {
    for await (const complaint of allComplaints(connection)) {
      yield lineOf(complaint);
      count += 1;
      bar.step();
    }
  }
  try {
    if (file === '-') await pipeline(Readable.from(lines()), encoder, terminal, { end: false });
    else await pipeline(Readable.from(lines()), encoder, privateFile(file));
  } finally {
    bar.stop();
  }
  return count;
}
