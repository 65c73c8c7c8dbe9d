import { chmodSync, createWriteStream } from 'node:fs';
import { Readable, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Presets, SingleBar } from 'cli-progress';
import { stringify } from 'csv-stringify';
import { type Filter, orderOf, streamsOf } from '#shared/appwrite/complaint-queries.ts';
import {
  COUNT_CAP,
  countComplaints,
  readStream,
  readTimelines,
  type StoredComplaint,
  type StoredEntry,
} from '#shared/appwrite/complaints.ts';
import { UsageError } from '../project/command.ts';
import type { Connection } from '../project/connect.ts';

const PAGE = 100;
const everything: Filter = { scope: { desk: true } };

/** A spreadsheet cell holds at most 32,767 characters. */
const MAX_CELL_LENGTH = 32_000;

type Line = Record<string, unknown>;

/** An entry of a timeline without its null values. */
function entryOf(entry: StoredEntry): Line {
  const { byName, role, kind, status, progress, note, internalNote, reason, changed, $createdAt } = entry;
  const { fromAssignee, toAssignee, fromCategory, toCategory } = entry;
  const fields = {
    ...{ at: new Date($createdAt).toISOString(), by: byName, role, kind, status, progress, changed, note },
    ...{ internalNote, reason, fromAssignee, toAssignee, fromCategory, toCategory },
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** A timeline as text, one line for each entry. Says so when there are more entries than fit into a cell. */
function entriesAsText(entries: readonly Line[]): string {
  const lines = entries.map(({ at, by, role, kind, status, progress, changed: _changed, ...rest }) => {
    const texts = Object.entries(rest).map(([name, value]) => `${name}: ${String(value)}`);
    return [`${at} ${kind} by ${by ?? role}, ${status} ${progress} %`, ...texts].join('; ');
  });
  let length = 0;
  const fitting = lines.filter((line) => {
    length += line.length + 1;
    return length <= MAX_CELL_LENGTH;
  });
  const left = lines.length - fitting.length;
  return [...fitting, ...(left > 0 ? [`${left} more entries: export to .jsonl for all`] : [])].join('\n');
}

/**
 * A complaint as exported. Pictures are listed by id, since their URLs open them to anybody. A caller's contact is left
 * out, since it must be removed later.
 */
function lineOf(complaint: StoredComplaint, entries: readonly StoredEntry[]): Line & { entries: Line[] } {
  const { reference, outcome, duplicateOf, followers, acknowledgeBy } = complaint;
  const { ratingScore, ratingComment, ratedAt } = complaint;
  const { $id: id, title, description, category, location, latitude, longitude, status, progress } = complaint;
  const { anonymous, hidden, reporterName, assignedTo, overdueAt, filedAt, changedAt, version, images } = complaint;
  const { acknowledgedAt, resolvedAt, closedAt } = complaint;
  return {
    ...{ id, reference, filedAt, changedAt, version, status, progress, title, description, category },
    ...{ location, latitude, longitude, username: reporterName, anonymous, hidden, assignedTo, overdueAt },
    ...{ acknowledgeBy, acknowledgedAt, resolvedAt, closedAt, outcome, duplicateOf, followers },
    ...{ ratingScore, ratingComment, ratedAt, images: images.map((image) => image.id).join(' ') },
    entries: entries.map(entryOf),
  };
}

/** All complaints page by page, oldest first, also while others are filed and deleted. */
async function* allComplaints({ store }: Connection): AsyncGenerator<ReturnType<typeof lineOf>> {
  const listed = { filter: everything, order: orderOf('createdAt') };
  const [stream] = streamsOf(everything, listed.order);
  if (!stream) return;
  let after: string | undefined;
  for (;;) {
    const { rows } = await readStream(store, stream, listed, { after, limit: PAGE });
    const timelines = await readTimelines(
      store,
      rows.map((row) => row.$id),
    );
    for (const row of rows) yield lineOf(row, timelines.get(row.$id) ?? []);
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.$id;
  }
}

/** A progress bar, shown on a terminal only. Appwrite counts to 5000, so its total grows with the export. */
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
  if (file.endsWith('.csv')) {
    const cast = { boolean: String, object: (value: object) => entriesAsText(value as Line[]) };
    return stringify({ header: true, bom: true, escape_formulas: true, cast });
  }
  if (file !== '-' && !file.endsWith('.jsonl')) throw new UsageError('The file ends with .csv or .jsonl, or is -.');
  return new Transform({
    writableObjectMode: true,
    transform: (line, _, done) => done(null, `${JSON.stringify(line)}\n`),
  });
}

/** Opens a file for writing that only its owner can read, even if it existed with other permissions. */
function privateFile(file: string): Writable {
  const stream = createWriteStream(file, { mode: 0o600 });
  stream.once('open', () => chmodSync(file, 0o600));
  return stream;
}

/** Writes all complaints to a file, or to the terminal for '-'; resolves to their number. */
export async function exportComplaints(connection: Connection, file: string, terminal: Writable = process.stdout) {
  const encoder = encoderFor(file);
  const bar = openBar(await countComplaints(connection.store, everything));
  let count = 0;
  async function* lines() {
    for await (const complaint of allComplaints(connection)) {
      yield complaint;
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
