import type { SweepReport } from '#shared/services/media/sweep.ts';

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

export function size(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1_000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1_000 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
}

/** What was found, as a person reads it; `done` says what happened to it. */
export function describeSweep(report: SweepReport, done: 'would be' | 'were'): string {
  const lines: [string, number, string][] = [
    ['files looked at', report.files, size(report.fileBytes)],
    ['without a complaint', report.orphans, `${size(report.orphanBytes)} that ${done} removed`],
    ['of them never uploaded to the end', report.unfinished, ''],
    ['without a complaint, but of this hour', report.waiting, 'left alone: they may be about to get one'],
    ['not named as photos of complaints', report.strangers, 'left alone'],
    [
      'photos that complaints show and that are gone',
      report.dangling,
      `${done} taken off, with a line in the timeline`,
    ],
    ['timelines of complaints that are gone', report.timelines, `${done} removed`],
  ];
  return lines
    .map(([what, count, note]) => `${what.padEnd(46)}${String(count).padStart(8)}  ${note}`.trimEnd())
    .join('\n');
}
