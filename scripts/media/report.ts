import type { PassReport } from '#shared/services/maintenance/reconciliation.ts';

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

export function size(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1_000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1_000 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
}

/** The results of a pass for people. */
export function describePass(report: PassReport): string {
  const lines: [string, number, string][] = [
    ['accounts looked at', report.accounts, ''],
    ['deleted without being erased', report.lostAccounts, ''],
    ['files looked at', report.files, size(report.fileBytes)],
    ['without a complaint', report.orphans, size(report.orphanBytes)],
    ['of them never uploaded to the end', report.unfinished, ''],
    ['without a complaint, but of this hour', report.waiting, 'left alone: they may be about to get one'],
    ['not named as photos of complaints', report.strangers, 'left alone'],
    ['complaints with photos looked at', report.pictured, ''],
    ['of them showing photos that are gone', report.dangling, ''],
    ['timelines looked at', report.timelines, ''],
    ['of complaints that are gone', report.orphanTimelines, ''],
    ['complaints with search words looked at', report.worded, ''],
    ['of them gone', report.orphanWords, ''],
    ['leftovers removed', report.removed, 'noted a day ago or earlier'],
  ];
  return lines
    .map(([what, count, note]) => `${what.padEnd(46)}${String(count).padStart(8)}  ${note}`.trimEnd())
    .join('\n');
}
